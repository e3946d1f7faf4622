"""The door for clients of the OpenAI API: characters as models."""
