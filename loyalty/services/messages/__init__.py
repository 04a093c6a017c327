"""What residents are told through a messenger: who sends it on, who agrees, what is sent."""
