"""SOQL made into SQL over the records' table: which records a query finds, in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import ids, soql, soql_dates, values
from .errors import Refused
from .fields import NUMBERS, TEXTS, Field, Kind
from .records import SYSTEM_COLUMNS
from .schema import Schema

OFFSET_MAX = 2000
LONG_TEXT = 255
JOINS_MAX = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a query is asked: the org, its time zone, the time, and whether deleted records are seen."""

    schema: Schema
    org: str
    zone: str
    now: int
    every: bool
    bin_ms: int
    """Records deleted before this time (ms) are gone for good."""


@dataclass(slots=True)
class Compiled:
    """SQL with its parameters."""

    sql: str
    parameters: list[Any]


@dataclass(slots=True)
class Compiler:
    """Compiles one query, joining other records as relationships need them."""

    scope: Scope
    query: soql.Query
    prefix: str = "r"
    kind: Kind = field(init=False)
    joins: dict[str, tuple[str, str]] = field(default_factory=dict)
    parameters: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kind = self.scope.schema.kind(self.scope.org, self.query.object)

    def column(self, path: str) -> tuple[str, Field]:
        """Return a path's SQL and its field. Raises Refused."""
        parts = path.split(".")
        if len(parts) > 1 and parts[0].lower() in (self.query.alias.lower(), self.kind.name.lower()):
            parts = parts[1:]
        kind, alias, walked = self.kind, self.prefix, ""
        for part in parts[:-1]:
            relation = kind.relations.get(part.lower())
            if relation is None:
                text = f"Didn't understand relationship '{part}' in field path."
                raise Refused(400, "INVALID_FIELD", self._pointed(path, text))
            walked += f".{part.lower()}"
            if walked not in self.joins:
                if len(self.joins) == JOINS_MAX * 4:
                    raise Refused(400, "MALFORMED_QUERY", "too many relationships")
                joined = f"{self.prefix}{len(self.joins) + 1}"
                self.joins[walked] = (
                    joined,
                    f"LEFT JOIN salesforce_records {joined} ON {joined}.id = {_sql(alias, relation)}",
                )
            alias = self.joins[walked][0]
            kind = target_of(self.scope.schema, self.scope.org, relation)
        found = kind.field(parts[-1])
        if found is None:
            text = (
                f"No such column '{parts[-1]}' on entity '{kind.name}'. If you are attempting to use a custom field, "
                "be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe "
                "call for the appropriate names."
            )
            raise Refused(400, "INVALID_FIELD", self._pointed(path, text))
        return _sql(alias, found), found

    @staticmethod
    def _pointed(path: str, text: str) -> str:
        return f"\n{path}\n^\nERROR at Row:1:Column:1\n{text}"

    def seqs(self) -> Compiled:
        """Return the SQL for the running numbers of the records found, in order. Raises Refused."""
        where = self._where()
        orders = [self._order(one) for one in self.query.orders]
        sql = f"SELECT {self.prefix}.seq FROM {self._from()} WHERE {where}"  # noqa: S608 - built from known names
        if orders:
            sql += f" ORDER BY {', '.join(orders)}"
        return self._limited(sql)

    def rows(self) -> tuple[Compiled, list[tuple[str, Field | None]]]:
        """Return the SQL of an aggregate query, with each column's name and the field that it shows. Raises Refused."""
        columns: list[tuple[str, Field | None]] = []
        selected: list[str] = []
        unnamed = 0
        for item in self.query.items:
            shown, one = self._selected(item)
            selected.append(shown)
            name = item.alias
            if not name and item.function:
                name, unnamed = f"expr{unnamed}", unnamed + 1
            columns.append((name or item.path.rpartition(".")[2], one))
        where = self._where()
        groups = [self.column(path)[0] for path in self.query.groups]
        having = f" HAVING {self._condition(self.query.having)}" if self.query.having else ""
        orders = [self._order(one) for one in self.query.orders]
        sql = f"SELECT {', '.join(selected)} FROM {self._from()} WHERE {where}"  # noqa: S608
        sql += f" GROUP BY {', '.join(groups)}" if groups else ""
        sql += having
        sql += f" ORDER BY {', '.join(orders)}" if orders else ""
        return self._limited(sql), columns

    def _selected(self, item: soql.Item) -> tuple[str, Field | None]:
        if item.function not in soql.AGGREGATES:
            column, one = self.column(item.path)
            if item.path.lower() not in [path.lower() for path in self.query.groups]:
                text = f"Field must be grouped or aggregated: {item.path}"
                raise Refused(400, "MALFORMED_QUERY", text)
            return column, one
        return self._function(item.function, item.path)

    def _function(self, function: str, path: str) -> tuple[str, Field | None]:
        if not path:
            return "count(*)", None
        column, one = self.column(path)
        if function == "COUNT_DISTINCT":
            return f"count(DISTINCT {column})", None
        return f"{function.lower()}({column})", one if function in ("MIN", "MAX") else None

    def _limited(self, sql: str) -> Compiled:
        query = self.query
        if query.offset > OFFSET_MAX:
            raise Refused(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {OFFSET_MAX}")
        if query.limit is not None or query.offset:
            sql += f" LIMIT {-1 if query.limit is None else query.limit} OFFSET {query.offset}"
        return Compiled(sql, self.parameters)

    def _from(self) -> str:
        return " ".join([f"salesforce_records {self.prefix}", *(join for _, join in self.joins.values())])

    def _where(self) -> str:
        prefix = self.prefix
        parts = [f"{prefix}.org = ? AND {prefix}.object = ?"]
        self.parameters += [self.scope.org, self.kind.name]
        if self.scope.every:
            parts.append(f"({prefix}.deleted IS NULL OR {prefix}.deleted >= ?)")
            self.parameters.append(self.scope.bin_ms)
        else:
            parts.append(f"{prefix}.deleted IS NULL")
        if self.query.where is not None:
            parts.append(self._condition(self.query.where))
        return " AND ".join(parts)

    def _order(self, rule: soql.Order) -> str:
        column, one = self._function(rule.function, rule.path) if rule.function else self.column(rule.path)
        if one is not None and one.kind == "textarea" and one.length > LONG_TEXT:
            raise Refused(400, "INVALID_FIELD", f"field '{one.name}' can not be sorted in a query call")
        collation = " COLLATE NOCASE" if one is not None and one.kind in TEXTS else ""
        nulls = "" if rule.nulls_last == rule.descending else f" NULLS {'LAST' if rule.nulls_last else 'FIRST'}"
        return f"{column}{collation} {'DESC' if rule.descending else 'ASC'}{nulls}"

    def _condition(self, condition: soql.Condition) -> str:
        if isinstance(condition, soql.Not):
            return f"NOT coalesce({self._condition(condition.part)}, 0)"
        if isinstance(condition, soql.Both):
            return "(" + f" {condition.word} ".join(self._condition(part) for part in condition.parts) + ")"
        if condition.function:
            column, _ = self._function(condition.function, condition.path)
            self.parameters.append(condition.literals[0].value)
            return f"{column} {condition.operator} ?"
        column, one = self.column(condition.path)
        if one.kind == "address" or (one.kind == "textarea" and one.length > LONG_TEXT):
            raise Refused(400, "INVALID_FIELD", f"field '{one.name}' can not be filtered in a query call")
        if condition.inner is not None:
            return self._semi_join(column, condition.operator, condition.inner)
        if condition.operator in ("INCLUDES", "EXCLUDES"):
            return self._includes(column, condition)
        return self._compared(column, one, condition)

    def _semi_join(self, column: str, operator: str, query: soql.Query) -> str:
        inner = Compiler(self.scope, query, prefix=f"{self.prefix}s")
        if len(query.items) != 1:
            raise Refused(400, "MALFORMED_QUERY", "semi join sub-selects can only query one field")
        selected, _ = inner.column(query.items[0].path)
        compiled = inner.seqs()
        self.parameters += compiled.parameters
        sql = compiled.sql.replace(f"SELECT {inner.prefix}.seq ", f"SELECT {selected} AS chosen ", 1)
        # SQL finds nothing by NOT IN where a null is among the values; Salesforce passes over nulls.
        return f"{column} {operator} (SELECT chosen FROM ({sql}) WHERE chosen IS NOT NULL)"  # noqa: S608

    def _includes(self, column: str, condition: soql.Comparison) -> str:
        choices = []
        for literal in condition.literals:
            wanted = [part for part in str(literal.value).split(";") if part]
            self.parameters += wanted
            choices.append(
                " AND ".join(f"instr(';' || coalesce({column}, '') || ';', ';' || ? || ';') > 0" for _ in wanted)
            )
        joined = " OR ".join(f"({choice})" for choice in choices)
        return f"({joined})" if condition.operator == "INCLUDES" else f"NOT ({joined})"

    def _compared(self, column: str, one: Field, condition: soql.Comparison) -> str:
        operator, literals = condition.operator, condition.literals
        if self._is_looked_up(column, one, condition):
            return self._looked_up(one, literals)
        collated = f"{column} COLLATE NOCASE" if one.kind in TEXTS else column
        if operator in ("IN", "NOT IN"):
            found = [self._value(one, literal) for literal in literals if literal.sort != "null"]
            nulls = any(literal.sort == "null" for literal in literals)
            self.parameters += found
            listed = f"{collated} {operator} ({', '.join('?' * len(found))})"
            if operator == "IN":
                return f"({listed} OR {column} IS NULL)" if nulls else listed
            return f"({listed} AND {column} IS NOT NULL)" if nulls else f"({listed} OR {column} IS NULL)"
        literal = literals[0]
        if literal.sort == "null":
            if operator not in ("=", "!="):
                raise Refused(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator for null: {operator}")
            return f"{column} IS {'' if operator == '=' else 'NOT '}NULL"
        if operator == "LIKE":
            if one.kind not in TEXTS:
                raise Refused(400, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field")
            self.parameters.append(str(literal.value))
            return f"{column} LIKE ? ESCAPE '\\'"
        if literal.sort == "range":
            return self._ranged(column, one, operator, str(literal.value))
        self.parameters.append(self._value(one, literal))
        return f"{collated} IS NOT ?" if operator == "!=" else f"{collated} {operator} ?"

    def _is_looked_up(self, column: str, one: Field, condition: soql.Comparison) -> bool:
        """Return whether the keys of live records answer a condition, so that not every record need be read."""
        own = one.keyed and column == _sql(self.prefix, one) and not self.scope.every
        plain = all(literal.sort == "text" and literal.value for literal in condition.literals)
        return own and plain and condition.operator in ("=", "IN")

    def _looked_up(self, one: Field, literals: tuple[soql.Literal, ...]) -> str:
        self.parameters += [self.scope.org, self.kind.name, one.name]
        self.parameters += [literal.value for literal in literals]
        places = ", ".join("?" * len(literals))
        return (
            f"{self.prefix}.seq IN (SELECT seq FROM salesforce_keys "  # noqa: S608 - places are question marks
            f"WHERE org = ? AND object = ? AND field = ? AND value IN ({places}))"
        )

    def _ranged(self, column: str, one: Field, operator: str, name: str) -> str:
        now = datetime.fromtimestamp(self.scope.now / 1000, ZoneInfo(self.scope.zone))
        days = soql_dates.span(name, now)
        if days is None or one.kind not in ("date", "datetime"):
            raise Refused(400, "MALFORMED_QUERY", f"unexpected token: '{name}'")
        ends: list[Any] = [day.isoformat() for day in days]
        if one.kind == "datetime":
            ends = [soql_dates.midnight_ms(day, self.scope.zone) for day in days]
        low, high = ends
        if operator in ("=", "!="):
            self.parameters += [low, high]
            inside = f"({column} >= ? AND {column} < ?)"
            return inside if operator == "=" else f"NOT coalesce({inside}, 0)"
        bound = {"<": ("<", low), "<=": ("<", high), ">": (">=", high), ">=": (">=", low)}[operator]
        self.parameters.append(bound[1])
        return f"{column} {bound[0]} ?"

    @staticmethod
    def _value(one: Field, literal: soql.Literal) -> Any:
        """Return a literal as the records hold such values. Raises Refused for one of another sort."""
        kind, sort, value = one.kind, literal.sort, literal.value
        if kind in ("id", "reference") and sort == "text":
            full = ids.full(value)
            if full is None and value:
                raise Refused(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value}")
            return full or ""
        wanted = {"boolean": "flag", "datetime": "moment", "date": "date"}.get(kind)
        wanted = wanted or ("number" if kind in NUMBERS else "text")
        if sort != wanted:
            names = {"datetime": "dateTime"}
            quoted = "should be enclosed in quotes" if wanted == "text" else "should not be enclosed in quotes"
            text = (
                f"value of filter criterion for field '{one.name}' must be of type {names.get(kind, kind)} and {quoted}"
            )
            raise Refused(400, "INVALID_FIELD", text)
        if kind == "datetime":
            return values.whole(values.moment_ms(value))
        return int(value) if kind == "boolean" else value


def _sql(alias: str, one: Field) -> str:
    if one.name == "IsDeleted":
        return f"({alias}.deleted IS NOT NULL)"
    if one.name in SYSTEM_COLUMNS:
        return f"{alias}.{SYSTEM_COLUMNS[one.name]}"
    extracted = f"json_extract({alias}.doc, '$.{one.name}')"
    return f"coalesce({extracted}, 0)" if one.kind == "boolean" else extracted


def target_of(schema: Schema, org: str, relation: Field) -> Kind:
    """Return the object that a reference leads to; of an owner, the user."""
    return schema.kind(org, "User" if "User" in relation.refers_to else relation.refers_to[0])
