"""One flow a file: submit, read, delete, administer."""
