"""What is written into mails."""
