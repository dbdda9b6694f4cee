"""Schema of the job database: one script per version, applied in order."""

MIGRATIONS = (
    """
CREATE TABLE job (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, stage TEXT, plan TEXT NOT NULL, spec TEXT NOT NULL,
    turn INTEGER NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER,
    expires_at INTEGER, removed INTEGER NOT NULL DEFAULT 0, progress INTEGER NOT NULL DEFAULT 0,
    frames_done INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,
    slot_ms INTEGER NOT NULL DEFAULT 0, encoder TEXT, threads INTEGER, encoder_fallback TEXT,
    renderer TEXT, software INTEGER NOT NULL DEFAULT 0,
    error_code TEXT, error_values TEXT NOT NULL DEFAULT '{}', diagnostics TEXT, report TEXT,
    request_id TEXT NOT NULL) STRICT;
CREATE INDEX job_by_turn ON job (status, turn, id);
CREATE TABLE task (
    job_id TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE, name TEXT NOT NULL,
    starts INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
    interruptions INTEGER NOT NULL DEFAULT 0, running INTEGER NOT NULL DEFAULT 0, result TEXT,
    PRIMARY KEY (job_id, name)) STRICT;
CREATE TABLE pace (
    effect TEXT NOT NULL, pixels INTEGER NOT NULL, slot_s_per_frame REAL NOT NULL,
    PRIMARY KEY (effect, pixels)) STRICT
""",
    """
CREATE TABLE verdict (
    source TEXT NOT NULL, driver TEXT NOT NULL, found TEXT NOT NULL, judged_at INTEGER NOT NULL,
    PRIMARY KEY (source, driver)) STRICT
""",
    """
ALTER TABLE job ADD COLUMN version INTEGER NOT NULL DEFAULT 0
""",
    """
UPDATE task SET name = CASE name
    WHEN 'sound' THEN 'encode_audio' WHEN 'flashes' THEN 'limit_flashes' WHEN 'join' THEN 'mux'
    WHEN 'held' THEN 'held_back' ELSE 'draw_' || name END
WHERE name IN ('sound', 'flashes', 'join', 'held') OR name GLOB 'segment-*'
""",
    """
ALTER TABLE job ADD COLUMN segment_frames INTEGER
""",
    """
ALTER TABLE job RENAME COLUMN turn TO queue_key;
DROP INDEX job_by_turn;
CREATE INDEX job_by_queue_key ON job (status, queue_key, id);
ALTER TABLE pace RENAME TO cost;
ALTER TABLE verdict RENAME TO validation;
ALTER TABLE validation RENAME COLUMN found TO result;
ALTER TABLE validation RENAME COLUMN judged_at TO validated_at
""",
    """
CREATE TABLE idempotency (
    owner TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL,
    job_id TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE, created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)) STRICT
""",
    """
ALTER TABLE job ADD COLUMN owner TEXT NOT NULL DEFAULT '';
CREATE INDEX job_by_owner ON job (owner, created_at, id)
""",
    """
CREATE UNIQUE INDEX job_by_token ON job (owner) WHERE instr(owner, '.') > 0
""",
    """
ALTER TABLE job ADD COLUMN webhook TEXT;
CREATE TABLE webhook (
    id TEXT PRIMARY KEY, job_id TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    url TEXT NOT NULL, event TEXT NOT NULL, created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER, delivered_at INTEGER) STRICT;
CREATE INDEX webhook_by_next_at ON webhook (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_by_job ON webhook (job_id);
CREATE TABLE webhook_attempt (
    webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    at INTEGER NOT NULL, duration_ms INTEGER NOT NULL, status INTEGER, error TEXT,
    PRIMARY KEY (webhook_id, number)) STRICT
""",
    """
DROP INDEX job_by_owner;
CREATE INDEX job_by_key ON job
    (substr(owner, 1, instr(owner || '.', '.') - 1), created_at, id, status)
""",
    """
ALTER TABLE webhook ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE webhook SET owner = (SELECT substr(owner, 1, instr(owner || '.', '.') - 1) FROM job
                            WHERE id = job_id)
""",
    """
ALTER TABLE job ADD COLUMN track_id TEXT
""",
    """
ALTER TABLE job ADD COLUMN trace TEXT
""",
    """
CREATE TABLE quarantine (
    digest TEXT PRIMARY KEY, code TEXT NOT NULL, added_at INTEGER NOT NULL) STRICT
""",
    """
ALTER TABLE job ADD COLUMN result_key TEXT;
ALTER TABLE job ADD COLUMN cached INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_by_result ON job (result_key) WHERE result_key IS NOT NULL
""",
)
"""SQL of each version, starting with 1."""
SCHEMA_VERSION = len(MIGRATIONS)
