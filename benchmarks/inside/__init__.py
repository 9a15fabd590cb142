"""What benchmarks do inside Odoo's own process, with its `env`; no part of the service."""
