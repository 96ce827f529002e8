"""The stream process: gunicorn in front, sockets in gevent, and everything else in real threads."""
