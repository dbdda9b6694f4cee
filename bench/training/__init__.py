"""Training of the network that detects onsets, drums and beats; PyTorch is used only here."""
