"""What the hub serves besides the API: webhooks, health, and the rules every answer keeps."""
