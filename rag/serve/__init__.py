"""Front doors: the command line, batch files and the Gradio chat, all on one Assistant."""
