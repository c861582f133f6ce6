"""Facebook: the Graph API as python-facebook-api calls it, and a Page's webhooks."""
