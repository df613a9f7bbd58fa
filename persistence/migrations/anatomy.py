"""What a database is made of, as text that can be compared: two databases are alike when their anatomies are."""

from typing import Any

Anatomy = dict[str, dict[str, str]]
"""By kind of thing: the name of each thing and its definition."""

OURS = "n.nspname IN ('public', 'pgqueuer') AND c.relname <> 'alembic_version'"
NOT_OF_AN_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {} AND d.deptype = 'e')"

QUERIES = {
    "column": f"""
        SELECT format('%s.%s', c.relname, a.attname),
            concat_ws(' ', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
                format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                nullif(a.attidentity, ''), nullif(a.attgenerated, ''), pg_get_expr(v.adbin, v.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {OURS}""",
    "constraint": f"""
        SELECT format('%s.%s', c.relname, k.conname), pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OURS}""",
    "index": f"""
        SELECT i.relname, pg_get_indexdef(i.oid)
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}""",
    "function": f"""
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('public', 'pgqueuer') AND p.prokind IN ('f', 'p')
            AND {NOT_OF_AN_EXTENSION.format("p.oid")}""",
    "trigger": f"""
        SELECT format('%s.%s', c.relname, t.tgname), pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND {OURS}""",
    "view": f"""
        SELECT c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND {OURS} AND {NOT_OF_AN_EXTENSION.format("c.oid")}""",
    "table right": f"""
        SELECT format('%s to %s', c.relname, coalesce(nullif(g.grantee, 0)::regrole::text, 'PUBLIC')),
            string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN aclexplode(c.relacl) g
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND {OURS} AND g.grantee <> c.relowner
        GROUP BY c.relname, g.grantee""",
    "column right": f"""
        SELECT format('%s.%s to %s', c.relname, a.attname, coalesce(nullif(g.grantee, 0)::regrole::text, 'PUBLIC')),
            string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN aclexplode(a.attacl) g WHERE {OURS} GROUP BY c.relname, a.attname, g.grantee""",
    "function right": f"""
        SELECT format('%s to %s', p.oid::regprocedure, coalesce(nullif(g.grantee, 0)::regrole::text, 'PUBLIC')),
            string_agg(g.privilege_type, ', ')
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN aclexplode(p.proacl) g
        WHERE n.nspname IN ('public', 'pgqueuer') AND g.grantee <> p.proowner AND {NOT_OF_AN_EXTENSION.format("p.oid")}
        GROUP BY p.oid, g.grantee""",
    "type": """
        SELECT t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum e ON e.enumtypid = t.oid
        WHERE n.nspname IN ('public', 'pgqueuer') AND t.typtype IN ('e', 'd') GROUP BY t.typname""",
}


async def anatomy(connection: Any) -> Anatomy:
    """Of the database of this asyncpg connection."""
    return {kind: {name: what or "" for name, what in await connection.fetch(query)} for kind, query in QUERIES.items()}
