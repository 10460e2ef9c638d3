# Authlib: metadata, client credentials, the token's signature, introspection, revocation.
import json
import os

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt

issuer = os.environ["ISSUER"]
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # tests speak plain HTTP on the loopback interface
server = requests.get(issuer + "/.well-known/oauth-authorization-server").json()
keys = JsonWebKey.import_key_set(requests.get(server["jwks_uri"]).json())

for method in ("client_secret_basic", "client_secret_post"):
    session = OAuth2Session(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"], scope="read:workflows", token_endpoint_auth_method=method)
    token = session.fetch_token(server["token_endpoint"], grant_type="client_credentials")
    claims = jwt.decode(token["access_token"], keys)
    claims.validate()
    print("token", json.dumps({"type": token["token_type"], "lifetime": token["expires_in"], "scope": token["scope"], "issuer": claims["iss"]}))
    for _ in range(2):
        active = session.introspect_token(server["introspection_endpoint"], token=token["access_token"], token_type_hint="access_token").json()["active"]
        print("active", json.dumps(active), requests.get(issuer + "/forward-auth", headers={"Authorization": "Bearer " + token["access_token"]}).status_code)
        revoked = session.revoke_token(server["revocation_endpoint"], token=token["access_token"], token_type_hint="access_token")
        print("revoked", revoked.status_code)
