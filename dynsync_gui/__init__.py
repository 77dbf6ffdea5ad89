"""DynSync keeps the same people in Microsoft Dynamics 365 and Adobe Marketo Engage."""

__version__ = "0.1.0"
