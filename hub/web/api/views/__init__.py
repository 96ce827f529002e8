"""The operations, one module a resource: a permission, a service, a model."""
