"""휴대폰 phone: the shell that starts without a network. Its pages hold no person's and no zone's data: modules fill them."""
