CREATE TABLE "organization" ("id" SERIAL NOT NULL PRIMARY KEY, "code" VARCHAR(32) NOT NULL, "name" VARCHAR(50) NOT NULL, "kind" VARCHAR(24) NOT NULL, "parent_id" INTEGER, "path" VARCHAR(200) NOT NULL, "sector" VARCHAR(24) NOT NULL, "has_committee" BOOLEAN NOT NULL, "exempt_from" TEXT, FOREIGN KEY ("parent_id") REFERENCES "organization" ("id") ON DELETE RESTRICT)
-- next
CREATE UNIQUE INDEX "organization_code" ON "organization" ("code")
-- next
CREATE INDEX "organization_parent_id" ON "organization" ("parent_id")
-- next
CREATE INDEX "organization_path" ON "organization" ("path")
-- next
CREATE TABLE "member" ("id" SERIAL NOT NULL PRIMARY KEY, "number" VARCHAR(32) NOT NULL, "name" VARCHAR(50) NOT NULL, "branch_id" INTEGER NOT NULL, "group_id" INTEGER, "phone" TEXT, "category" VARCHAR(24) NOT NULL, "joined_on" CHAR(10) NOT NULL, "full_on" CHAR(10), "active_from" CHAR(10) NOT NULL, "active_to" CHAR(10), FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("group_id") REFERENCES "organization" ("id") ON DELETE RESTRICT)
-- next
CREATE UNIQUE INDEX "member_number" ON "member" ("number")
-- next
CREATE INDEX "member_branch_id" ON "member" ("branch_id")
-- next
CREATE INDEX "member_group_id" ON "member" ("group_id")
-- next
CREATE TABLE "role_period" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "role" VARCHAR(24) NOT NULL, "title" VARCHAR(20) NOT NULL, "organization_id" INTEGER NOT NULL, "starts" CHAR(10) NOT NULL, "ends" CHAR(10), FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT)
-- next
CREATE INDEX "role_period_member_id" ON "role_period" ("member_id")
-- next
CREATE INDEX "role_period_organization_id" ON "role_period" ("organization_id")
-- next
CREATE UNIQUE INDEX "role_period_member_id_organization_id_role_title_starts" ON "role_period" ("member_id", "organization_id", "role", "title", "starts")
-- next
CREATE TABLE "exemption" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "kind" VARCHAR(24) NOT NULL, "starts" CHAR(10) NOT NULL, "ends" CHAR(10), "decided_by_id" INTEGER, "decided_on" CHAR(10) NOT NULL, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("decided_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "exemption_member_id" ON "exemption" ("member_id")
-- next
CREATE INDEX "exemption_decided_by_id" ON "exemption" ("decided_by_id")
-- next
CREATE UNIQUE INDEX "exemption_member_id_kind_starts" ON "exemption" ("member_id", "kind", "starts")
-- next
CREATE TABLE "mobility" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "destination" VARCHAR(50) NOT NULL, "home_id" INTEGER NOT NULL, "host_id" INTEGER, "since" CHAR(10) NOT NULL, "until" CHAR(10), "contact_person" VARCHAR(50), "next_contact_due" CHAR(10), FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("home_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("host_id") REFERENCES "organization" ("id") ON DELETE RESTRICT)
-- next
CREATE INDEX "mobility_member_id" ON "mobility" ("member_id")
-- next
CREATE INDEX "mobility_home_id" ON "mobility" ("home_id")
-- next
CREATE INDEX "mobility_host_id" ON "mobility" ("host_id")
-- next
CREATE UNIQUE INDEX "mobility_member_id_since" ON "mobility" ("member_id", "since")
-- next
CREATE TABLE "study_session" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(10) NOT NULL, "organization_id" INTEGER NOT NULL, "kind" VARCHAR(24) NOT NULL, "title" VARCHAR(60) NOT NULL, "areas" VARCHAR(120) NOT NULL, "starts_at" BIGINT NOT NULL, "ends_at" BIGINT NOT NULL, "place" VARCHAR(50), "chair_id" INTEGER, "recorder_id" INTEGER, "due_scope" VARCHAR(24) NOT NULL, "credit" INTEGER NOT NULL CHECK (credit >= 0 AND credit <= 2400), "credit_kind" VARCHAR(24) NOT NULL, "credit_reason" VARCHAR(100), "organiser_level" VARCHAR(24) NOT NULL, "state" VARCHAR(24) NOT NULL, "postings" INTEGER NOT NULL, "closed_at" BIGINT, "confirmed_at" BIGINT, "confirmed_by_id" INTEGER, "created_at" BIGINT NOT NULL, "created_by_id" INTEGER, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("chair_id") REFERENCES "member" ("id") ON DELETE SET NULL, FOREIGN KEY ("recorder_id") REFERENCES "member" ("id") ON DELETE SET NULL, FOREIGN KEY ("confirmed_by_id") REFERENCES "member" ("id") ON DELETE SET NULL, FOREIGN KEY ("created_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "study_session_key" ON "study_session" ("key")
-- next
CREATE INDEX "study_session_organization_id" ON "study_session" ("organization_id")
-- next
CREATE INDEX "study_session_starts_at" ON "study_session" ("starts_at")
-- next
CREATE TABLE "attendance" ("id" SERIAL NOT NULL PRIMARY KEY, "branch_id" INTEGER NOT NULL, "session_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "status" VARCHAR(24) NOT NULL, "due" BOOLEAN NOT NULL, "source" VARCHAR(24), "at" BIGINT, "by_id" INTEGER, "part_credit" INTEGER, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "attendance_member_id" ON "attendance" ("member_id")
-- next
CREATE UNIQUE INDEX "attendance_session_id_member_id_branch_id" ON "attendance" ("session_id", "member_id", "branch_id")
-- next
CREATE TABLE "scene_ticket" ("id" SERIAL NOT NULL PRIMARY KEY, "scene" VARCHAR(64) NOT NULL, "ticket" VARCHAR(200) NOT NULL, "url" VARCHAR(200) NOT NULL, "expires_at" BIGINT NOT NULL)
-- next
CREATE UNIQUE INDEX "scene_ticket_scene" ON "scene_ticket" ("scene")
-- next
CREATE TABLE "external_study" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "branch_id" INTEGER NOT NULL, "session_id" INTEGER, "org_name" VARCHAR(50) NOT NULL, "title" VARCHAR(60) NOT NULL, "day" CHAR(10) NOT NULL, "hours" INTEGER NOT NULL CHECK (hours >= 0), "credit_kind" VARCHAR(24) NOT NULL, "state" VARCHAR(24) NOT NULL, "scanned_at" BIGINT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE RESTRICT)
-- next
CREATE INDEX "external_study_member_id" ON "external_study" ("member_id")
-- next
CREATE INDEX "external_study_branch_id" ON "external_study" ("branch_id")
-- next
CREATE INDEX "external_study_session_id" ON "external_study" ("session_id")
-- next
CREATE UNIQUE INDEX "external_study_member_id_session_id_branch_id" ON "external_study" ("member_id", "session_id", "branch_id")
-- next
CREATE TABLE "hour_entry" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "branch_id" INTEGER NOT NULL, "year" INTEGER NOT NULL, "day" CHAR(10) NOT NULL, "hours" INTEGER NOT NULL CHECK (hours BETWEEN -2400 AND 2400), "stated" INTEGER NOT NULL, "credit_kind" VARCHAR(24) NOT NULL, "source" VARCHAR(24) NOT NULL, "session_id" INTEGER, "external_id" INTEGER, "posting" INTEGER NOT NULL, "reverses_id" INTEGER, "reason" VARCHAR(200), "rule" VARCHAR(10) NOT NULL, "edition" VARCHAR(20) NOT NULL, "confirmed_by_id" INTEGER, "created_at" BIGINT NOT NULL, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE RESTRICT, FOREIGN KEY ("external_id") REFERENCES "external_study" ("id") ON DELETE RESTRICT, FOREIGN KEY ("reverses_id") REFERENCES "hour_entry" ("id") ON DELETE RESTRICT, FOREIGN KEY ("confirmed_by_id") REFERENCES "member" ("id") ON DELETE RESTRICT)
-- next
CREATE INDEX "hour_entry_branch_id" ON "hour_entry" ("branch_id")
-- next
CREATE INDEX "hour_entry_external_id" ON "hour_entry" ("external_id")
-- next
CREATE UNIQUE INDEX "hour_entry_reverses_id" ON "hour_entry" ("reverses_id")
-- next
CREATE INDEX "hour_entry_member_id_year" ON "hour_entry" ("member_id", "year")
-- next
CREATE UNIQUE INDEX "hour_entry_session_id_member_id_day_posting_source_branch_id" ON "hour_entry" ("session_id", "member_id", "day", "posting", "source", "branch_id")
-- next
CREATE TABLE "wechat_binding" ("id" SERIAL NOT NULL PRIMARY KEY, "openid" VARCHAR(64) NOT NULL, "member_id" INTEGER NOT NULL, "bound_at" BIGINT NOT NULL, "unbound_at" BIGINT, "following" BOOLEAN NOT NULL, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE)
-- next
CREATE INDEX "wechat_binding_member_id" ON "wechat_binding" ("member_id")
-- next
CREATE UNIQUE INDEX "wechat_binding_openid_in_force" ON "wechat_binding" ("openid") WHERE ("unbound_at" IS NULL)
-- next
CREATE UNIQUE INDEX "wechat_binding_member_in_force" ON "wechat_binding" ("member_id") WHERE ("unbound_at" IS NULL)
-- next
CREATE TABLE "binding_code" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "code_hash" VARCHAR(64) NOT NULL, "printed" BOOLEAN NOT NULL, "created_at" BIGINT NOT NULL, "expires_at" BIGINT NOT NULL, "used_at" BIGINT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE)
-- next
CREATE INDEX "binding_code_member_id" ON "binding_code" ("member_id")
-- next
CREATE UNIQUE INDEX "binding_code_code_hash" ON "binding_code" ("code_hash")
-- next
CREATE TABLE "rebind_request" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "openid" VARCHAR(64) NOT NULL, "asked_at" BIGINT NOT NULL, "state" VARCHAR(24) NOT NULL, "decided_by_id" INTEGER, "decided_at" BIGINT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("decided_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "rebind_request_member_id" ON "rebind_request" ("member_id")
-- next
CREATE INDEX "rebind_request_decided_by_id" ON "rebind_request" ("decided_by_id")
-- next
CREATE UNIQUE INDEX "rebind_request_member_id_openid" ON "rebind_request" ("member_id", "openid")
-- next
CREATE TABLE "pending_scan" ("id" SERIAL NOT NULL PRIMARY KEY, "openid" VARCHAR(64) NOT NULL, "session_id" INTEGER NOT NULL, "source" VARCHAR(24) NOT NULL, "at" BIGINT NOT NULL, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE CASCADE)
-- next
CREATE INDEX "pending_scan_session_id" ON "pending_scan" ("session_id")
-- next
CREATE UNIQUE INDEX "pending_scan_openid_session_id" ON "pending_scan" ("openid", "session_id")
-- next
CREATE TABLE "try_count" ("id" SERIAL NOT NULL PRIMARY KEY, "kind" VARCHAR(24) NOT NULL, "subject" VARCHAR(64) NOT NULL, "day" CHAR(10) NOT NULL, "count" INTEGER NOT NULL CHECK (count >= 0))
-- next
CREATE UNIQUE INDEX "try_count_kind_subject_day" ON "try_count" ("kind", "subject", "day")
-- next
CREATE TABLE "inbound_message" ("key" VARCHAR(80) NOT NULL PRIMARY KEY, "at" BIGINT NOT NULL, "reply" TEXT)
-- next
CREATE INDEX "inbound_message_at" ON "inbound_message" ("at")
-- next
CREATE TABLE "platform_token" ("name" VARCHAR(32) NOT NULL PRIMARY KEY, "value" VARCHAR(512) NOT NULL, "expires_at" BIGINT NOT NULL, "lease_until" BIGINT NOT NULL)
-- next
CREATE TABLE "login_session" ("token_hash" VARCHAR(64) NOT NULL PRIMARY KEY, "openid" VARCHAR(64) NOT NULL, "created_at" BIGINT NOT NULL, "expires_at" BIGINT NOT NULL)
-- next
CREATE INDEX "login_session_openid" ON "login_session" ("openid")
-- next
CREATE INDEX "login_session_expires_at" ON "login_session" ("expires_at")
-- next
CREATE TABLE "oauth_code" ("code_hash" VARCHAR(64) NOT NULL PRIMARY KEY, "openid" VARCHAR(64) NOT NULL, "at" BIGINT NOT NULL)
-- next
CREATE TABLE "job_claim" ("id" SERIAL NOT NULL PRIMARY KEY, "job" VARCHAR(40) NOT NULL, "slot" BIGINT NOT NULL, "claimed_at" BIGINT NOT NULL, "done_at" BIGINT, "result" INTEGER)
-- next
CREATE UNIQUE INDEX "job_claim_job_slot" ON "job_claim" ("job", "slot")
-- next
CREATE TABLE "audit_log" ("id" SERIAL NOT NULL PRIMARY KEY, "at" BIGINT NOT NULL, "actor_kind" VARCHAR(16) NOT NULL, "actor" INTEGER, "action" VARCHAR(40) NOT NULL, "subject_kind" VARCHAR(24) NOT NULL, "subject" VARCHAR(32) NOT NULL, "reason" VARCHAR(200), "detail" TEXT)
-- next
CREATE INDEX "audit_log_at" ON "audit_log" ("at")
-- next
CREATE INDEX "audit_log_subject_kind_subject" ON "audit_log" ("subject_kind", "subject")
-- next
CREATE OR REPLACE FUNCTION hour_entry_no_update() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'hour_entry is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER hour_entry_no_update BEFORE UPDATE ON hour_entry FOR EACH ROW EXECUTE FUNCTION hour_entry_no_update()
-- next
CREATE OR REPLACE FUNCTION hour_entry_no_delete() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'hour_entry is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER hour_entry_no_delete BEFORE DELETE ON hour_entry FOR EACH ROW EXECUTE FUNCTION hour_entry_no_delete()
-- next
CREATE OR REPLACE FUNCTION audit_log_no_update() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_no_update()
-- next
CREATE OR REPLACE FUNCTION audit_log_no_delete() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_no_delete()
