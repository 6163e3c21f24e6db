"""What a person must do next: call-backs, hand-offs, complaints, requests, emergencies."""
