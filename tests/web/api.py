"""A small GraphQL client for tests over real HTTP."""

from typing import Any

import httpx

ERRORS = "... on Error { __typename errorCode: code message }"


class Api:
    """One reader: anonymous, or signed in with a token."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url, self.token = url, token
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def post(self, **content: Any) -> httpx.Response:
        """One request on a connection of its own."""
        headers = self.headers | content.pop("headers", {})
        return httpx.post(f"{self.url}/graphql", headers=headers, timeout=60, trust_env=False, **content)

    def __call__(self, document: str, **variables: Any) -> dict[str, Any]:
        """The answer's data; errors fail the test."""
        answer = self.post(json={"query": document, "variables": variables}).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def do(self, mutation: str, shape: str, **values: Any) -> dict[str, Any]:
        """Run a mutation with an input; the union member that came back."""
        name = mutation[0].upper() + mutation[1:]
        document = f"mutation M($input: {name}Input!) {{ {mutation}(input: $input) {{ __typename {shape} {ERRORS} }} }}"
        result: dict[str, Any] = self(document, input=values)[mutation]
        return result

    @classmethod
    def sign_in(cls, url: str, login: str) -> "Api":
        """As one of the demo's accounts."""
        done = cls(url).do("signIn", "... on SignedIn { token }", login=login, password="market-demo")
        assert done["__typename"] == "SignedIn", done
        return cls(url, done["token"])
