"""What the hub asks of its embedded PostgreSQL: sized to the machine, never at the cost of durability."""

import os
from string import Template
from typing import Final

_MIB: Final = 1024 * 1024

_CONF: Final = Template("""\
# Written by the hub at every start; put changes into postgresql.auto.conf with ALTER SYSTEM.

# Reached through a socket in a private directory, and in no other way.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200

# INVARIANT: what the hub has answered with success is on disk.
fsync = on
full_page_writes = on
synchronous_commit = on

shared_buffers = ${shared_mib}MB
effective_cache_size = ${cache_mib}MB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off

min_wal_size = 128MB
max_wal_size = 2GB
checkpoint_timeout = 15min

# The log only grows: keep its statistics and visibility map fresh.
autovacuum_naptime = 20s
autovacuum_analyze_scale_factor = 0.02
autovacuum_vacuum_insert_scale_factor = 0.05

# To stderr, which the hub keeps in run/postgres.log. No content: neither statements nor their parameters nor the
# values of a conflict.
logging_collector = off
log_checkpoints = off
log_timezone = 'UTC'
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0

timezone = 'UTC'
""")


def postgres_conf() -> str:
    """Write the configuration for this machine: an eighth of its memory is shared buffers, at most 1 GiB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MIB
    return _CONF.substitute(shared_mib=min(1024, max(128, memory // 8)), cache_mib=max(256, memory // 2))
