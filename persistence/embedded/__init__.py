"""PostgreSQL and Valkey from two wheels, run as children of this process on files under one directory."""

from persistence.embedded.process import ServiceFailed
from persistence.embedded.supervisor import Services, ServicesBusy, ServiceSupervisor, running

__all__ = ["ServiceFailed", "ServiceSupervisor", "Services", "ServicesBusy", "running"]
