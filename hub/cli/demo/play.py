"""The demonstration itself: push every file, ask the rules, pull as everybody, and compare the two."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.cli.demo.cast import SAMPLES, SCENES, Player, Scene
from hub.cli.demo.exchange import VersionKey, pull, push
from hub.cli.demo.stage import Stage
from hub.domain.errors import HubError
from hub.domain.identifiers import AccountId, StixId
from hub.outbound.exchange.files import FileObject, read_content
from hub.outbound.exchange.push import Refusal
from hub.runtime.wiring import now
from hub.services.explaining.versions import Explanation, explain
from hub.store.database import Pool


class DisagreementError(HubError):
    """What was pulled is not what the rules say."""

    code = "DISAGREEMENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedScene:
    """What became of the objects of one file."""

    scene: Scene
    titles: Mapping[StixId, str]
    accepted: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the rules say of every version that is there, and what each account was given."""

    explanations: tuple[Explanation, ...]
    pulled: Mapping[AccountId, Counter[VersionKey]]


def play(stage: Stage, players: Sequence[Player], *, tell: Callable[[str], None]) -> tuple[PlayedScene, ...]:
    """Push the samples in their order, each by its account."""
    by_account = {player.account: player for player in players}
    return tuple(_play(stage, by_account[scene.account], scene, tell) for scene in SCENES)


def look(
    stage: Stage,
    pool: Pool,
    players: Sequence[Player],
    pushed: Iterable[StixId],
    *,
    tell: Callable[[str], None],
) -> Outcome:
    """Pull as every player, then ask the rules about all that was pushed or pulled."""
    pulled = {}
    for player in players:
        pulled[player.account] = pull(stage, player)
        tell(f"pulled as {player.account}: {pulled[player.account].total():,} objects")
    ids = set(pushed).union(key.object_id for counted in pulled.values() for key in counted)
    explanations = explain(pool, ids, [player.account for player in players], at=now())
    return Outcome(explanations=explanations, pulled=pulled)


def differences(outcome: Outcome) -> list[str]:
    """Return a sentence for every version that an account was given and should not have, or the other way."""
    found = []
    for account, got in outcome.pulled.items():
        due = Counter(_key(each) for each in outcome.explanations if each.decisions[account].allowed)
        found += [f"{account} was given {key.object_id}, against the rules" for key in (got - due).elements()]
        found += [f"{account} was not given {key.object_id}, against the rules" for key in (due - got).elements()]
    return found


def require_agreement(outcome: Outcome) -> None:
    """Raise DisagreementError where the pulls and the rules differ in anything."""
    found = differences(outcome)
    if found:
        shown = "\n".join(f"  {sentence}" for sentence in found[:50])
        raise DisagreementError(f"pulled over TAXII and what the rules say differ {len(found):,} times:\n{shown}")


def title_of(thing: Mapping[str, Any]) -> str:
    """Say in a few words what an object is, for people."""
    match thing:
        case {"type": "relationship", "source_ref": source, "relationship_type": verb, "target_ref": target}:
            return f"{source.partition('--')[0]} {verb} {target.partition('--')[0]}"
        case {"type": "sighting", "sighting_of_ref": sighted}:
            return f"sighting of {short(sighted)}"
        case {"name": name} | {"abstract": name} | {"value": name} | {"definition": {"statement": name}}:
            return str(name)
        case _:
            return str(thing.get("type", "")).replace("-", " ")


def short(object_id: str) -> str:
    """Write an id as people tell it apart: the type, and eight digits."""
    kind, _, uuid = object_id.partition("--")
    return f"{kind}--{uuid[:8].lower()}"


def _play(stage: Stage, player: Player, scene: Scene, tell: Callable[[str], None]) -> PlayedScene:
    objects = read_content(scene.file, (SAMPLES / scene.file).read_bytes()).objects
    tally = push(stage, player, scene.collection, objects)
    tell(
        f"pushed {scene.file} as {player.account} into {scene.collection}: "
        f"{tally.accepted} accepted, {len(tally.refusals)} refused"
    )
    return PlayedScene(scene=scene, titles=_titles(objects), accepted=tally.accepted, refusals=tuple(tally.refusals))


def _titles(objects: Iterable[FileObject]) -> dict[StixId, str]:
    """Title every object of a file; of several versions the first counts."""
    titles: dict[StixId, str] = {}
    for item in objects:
        if item.id is not None:
            titles.setdefault(StixId(item.id), title_of(json.loads(item.payload)))
    return titles


def _key(explanation: Explanation) -> VersionKey:
    return VersionKey(explanation.version.object_id, explanation.version.version_tick)
