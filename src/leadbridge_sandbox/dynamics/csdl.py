"""`$metadata`: the organisation's tables as CSDL."""

from __future__ import annotations

from xml.etree import ElementTree

from .columns import LOOKUPS, Column
from .errors import Answer
from .operation import Call

_EDM = {
    "Integer": "Edm.Int32",
    "BigInt": "Edm.Int64",
    "Picklist": "Edm.Int32",
    "State": "Edm.Int32",
    "Status": "Edm.Int32",
    "Boolean": "Edm.Boolean",
    "Money": "Edm.Decimal",
    "Decimal": "Edm.Decimal",
    "Double": "Edm.Double",
    "Uniqueidentifier": "Edm.Guid",
}
_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM_SPACE = "http://docs.oasis-open.org/odata/ns/edm"


def _edm(column: Column) -> str:
    if column.type == "DateTime":
        return "Edm.Date" if column.date_only else "Edm.DateTimeOffset"
    return _EDM.get(column.type, "Edm.String")


def document(call: Call) -> Answer:
    """Answer entity types with their properties and navigation, and the sets of the container."""
    root = ElementTree.Element(f"{{{_EDMX}}}Edmx", {"Version": "4.0"})
    services = ElementTree.SubElement(root, f"{{{_EDMX}}}DataServices")
    schema = ElementTree.SubElement(
        services, f"{{{_EDM_SPACE}}}Schema", {"Namespace": "Microsoft.Dynamics.CRM", "Alias": "mscrm"}
    )
    container = ElementTree.Element(f"{{{_EDM_SPACE}}}EntityContainer", {"Name": "System"})
    for table in sorted(call.desk.catalogue.tables(), key=lambda one: one.name):
        kind = ElementTree.SubElement(schema, f"{{{_EDM_SPACE}}}EntityType", {"Name": table.name})
        key = ElementTree.SubElement(kind, f"{{{_EDM_SPACE}}}Key")
        ElementTree.SubElement(key, f"{{{_EDM_SPACE}}}PropertyRef", {"Name": table.id_column})
        for column in call.desk.catalogue.facts(table).shown:
            lookup = column.type in LOOKUPS
            named = {"Name": f"_{column.name}_value" if lookup else column.name}
            named["Type"] = "Edm.Guid" if lookup else _edm(column)
            ElementTree.SubElement(kind, f"{{{_EDM_SPACE}}}Property", named)
        for one in table.lookups:
            target = {"Name": one.nav, "Type": f"mscrm.{one.target}"}
            ElementTree.SubElement(kind, f"{{{_EDM_SPACE}}}NavigationProperty", target)
        names = {"Name": table.set_name, "EntityType": f"Microsoft.Dynamics.CRM.{table.name}"}
        ElementTree.SubElement(container, f"{{{_EDM_SPACE}}}EntitySet", names)
    schema.append(container)
    return Answer(200, None, {"Content-Type": "application/xml"}, ElementTree.tostring(root, xml_declaration=True))
