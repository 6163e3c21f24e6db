"""The action server: what Rasa decides is done here, through ``assistant.client`` and nothing else."""
