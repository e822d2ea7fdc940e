"""Terraform's functions of IP networks.

Source: Terraform language documentation, "IP Network Functions"; apparentlymart/go-cidr (which numbers are refused).
"""

from __future__ import annotations

import ipaddress
from typing import NamedTuple, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import whole_number
from sqs_checks.terraform.evaluation.type_constraints import STRING
from sqs_checks.values.configuration_values import LIST, Elements, Unknown
from sqs_checks.values.exact_numbers import Number


class _Network(NamedTuple):
    address: int
    length: int
    bits: int

    def address_text(self, address: int) -> str:
        return _address_text(address, self.bits)


def _address_text(address: int, bits: int) -> str:
    return str(ipaddress.IPv4Address(address) if bits == 32 else ipaddress.IPv6Address(address))


def _network(prefix: str) -> _Network:
    address, slash, length = prefix.partition("/")
    if not slash or not (length.isascii() and length.isdigit()) or len(length) > 3:
        raise InvalidExpressionError(f"invalid CIDR expression `{prefix}`")
    if ":" not in address:
        # Terraform reads zeros in front of a number, as it always has.
        address = ".".join(part.lstrip("0") or "0" if part else part for part in address.split("."))
    try:
        if "%" in address:
            raise ValueError
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise InvalidExpressionError(f"invalid CIDR expression `{prefix}`") from None
    bits = parsed.max_prefixlen
    if int(length) > bits:
        raise InvalidExpressionError(f"invalid CIDR expression `{prefix}`")
    host = bits - int(length)
    return _Network(int(parsed) >> host << host, int(length), bits)


def _is_mapped(network: _Network) -> bool:
    """Whether it lies where IPv6 holds IPv4: what Terraform writes of that differs from place to place."""
    return network.bits == 128 and network.address >> 32 == 0xFFFF


def _mapped(prefix: str) -> Unknown:
    return Unknown(f"IPv4 addresses in IPv6, as in `{prefix}`, are not worked out", STRING, not_null=True)


def cidrhost(prefix: str, number: Number) -> Union[str, Unknown]:
    network = _network(prefix)
    host = _whole(number, "the host number")
    if _is_mapped(network):
        return _mapped(prefix)
    largest = (1 << network.bits - network.length) - 1
    offset = host if host >= 0 else -host - 1
    if offset > largest:
        raise InvalidExpressionError(f"a prefix of {network.length} does not accommodate a host numbered {host}")
    return network.address_text(network.address | (host if host >= 0 else largest - offset))


def _whole(number: Number, what: str) -> int:
    if not isinstance(number, int):
        raise InvalidExpressionError(f"{what} must be a whole number")
    return number


def cidrnetmask(prefix: str) -> str:
    network = _network(prefix)
    if network.bits != 32:
        raise InvalidExpressionError(f"IPv6 addresses cannot have a netmask: `{prefix}`")
    return network.address_text((1 << 32) - (1 << 32 - network.length))


def cidrsubnet(prefix: str, newbits: Number, number: Number) -> Union[str, Unknown]:
    network = _network(prefix)
    added = whole_number(newbits, "the number of new bits")
    subnet = _whole(number, "the subnet number")
    if _is_mapped(network):
        return _mapped(prefix)
    length = network.length + added
    if not 0 <= length <= network.bits:
        raise InvalidExpressionError(f"insufficient address space to extend a prefix of {network.length} by {added}")
    # As Go's 64 bits hold them: a negative number passes where its magnitude does.
    most = ((1 << added if 0 <= added < 64 else 0) - 1) % 2**64
    if abs(subnet) % 2**64 > most:
        raise InvalidExpressionError(f"a prefix extension of {added} does not accommodate a subnet numbered {subnet}")
    address = abs(network.address | subnet << network.bits - length)
    if address >= 1 << network.bits:
        raise InvalidExpressionError(f"a prefix extension of {added} does not accommodate a subnet numbered {subnet}")
    return f"{network.address_text(address)}/{length}"


def cidrsubnets(prefix: str, *newbits: Number) -> Union[Elements, Unknown]:
    network = _network(prefix)
    if _is_mapped(network):
        return _mapped(prefix)
    subnets: list[str] = []
    following = network.address
    end = network.address + (1 << network.bits - network.length)
    for bits in newbits:
        added = whole_number(bits, "the number of new bits", least=1)
        length = network.length + added
        if added > 32:
            raise InvalidExpressionError("may not extend the prefix by more than 32 bits")
        if length > network.bits:
            raise InvalidExpressionError(f"would extend the prefix to {length} bits, which is too long for the address")
        if not network.address:
            # Terraform takes the network that begins at zero for one that has come round.
            raise InvalidExpressionError("not enough remaining address space behind the address of zeros")
        size = 1 << network.bits - length
        address = -(-following // size) * size
        if address + size > end:
            raise InvalidExpressionError(f"not enough remaining address space for a subnet with a prefix of {length} bits")
        subnets.append(f"{network.address_text(address)}/{length}")
        following = address + size
    return Elements(LIST, subnets, STRING)
