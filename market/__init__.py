"""The domain: who must pay, who paid, and a fair contest. No HTTP, no GraphQL, no environment variables."""
