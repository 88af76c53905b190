"""One file per topic people see; each exports `feature`, and the registry finds it by walking this package."""
