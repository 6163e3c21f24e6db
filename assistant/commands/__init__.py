"""What the commands of ``yinling`` do, one a file."""
