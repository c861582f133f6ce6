"""Facebook Pages and Messenger, through python-facebook-api."""
