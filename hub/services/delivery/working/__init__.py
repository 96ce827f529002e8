"""The parts of a deliverer: what it holds, what is ready to go on, who sends, and what is written of it."""
