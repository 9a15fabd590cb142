"""The rules of billing. Pure: values in, values out; one rule, one file; ``engine`` lists them."""
