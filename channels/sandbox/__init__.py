"""The sandbox: local servers that speak the platforms' wire formats, and a citizen's page.

It is how a new user tries the hub, how tests run without the internet, and how a city
trains its staff. One process on a loopback address serves

    /x/2/…            the X API v2, as tweepy calls it
    /graph/…          the Graph API, as python-facebook-api calls it
    /open311/v2/…     another city's GeoReport v2 server, to pull from and write to
    /                 a page where a person writes as a citizen and reads the answers
    /sandbox/api/…    the same for programs, and fault injection

and delivers signed webhooks to the hub until the hub says 200.
"""
