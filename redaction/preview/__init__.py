"""Pictures of drawings for the people who review them; drawn only behind the sandbox's walls."""
