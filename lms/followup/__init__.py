"""What is done about findings: corrective actions with owner, due day and the effect measured before and after."""
