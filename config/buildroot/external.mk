# Buildroot wants this file; there is no package here
