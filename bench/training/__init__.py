"""Training of the network that finds onsets, drums and beats; PyTorch is used only here."""
