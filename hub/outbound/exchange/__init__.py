"""What a member without a platform does: send the objects of files, keep the objects of a collection in files."""
