"""One turn: session, prompt, model, both messages kept."""
