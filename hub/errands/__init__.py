"""What the hub does at a platform beside replying, each a job: hide a comment, take a conversation
over, push a status, ask for a name, look for deleted messages."""
