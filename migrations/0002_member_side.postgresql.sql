CREATE TABLE "report_cycle" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(48) NOT NULL, "organization_id" INTEGER NOT NULL, "type" VARCHAR(24) NOT NULL, "year" INTEGER NOT NULL, "quarter" INTEGER NOT NULL, "number" INTEGER NOT NULL, "title" VARCHAR(60) NOT NULL, "form" VARCHAR(32) NOT NULL, "edition" VARCHAR(20) NOT NULL, "opens" CHAR(10) NOT NULL, "due" CHAR(10) NOT NULL, "state" VARCHAR(24) NOT NULL, "closed_at" BIGINT, "created_at" BIGINT NOT NULL, "created_by_id" INTEGER, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("created_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "report_cycle_key" ON "report_cycle" ("key")
-- next
CREATE INDEX "report_cycle_organization_id" ON "report_cycle" ("organization_id")
-- next
CREATE UNIQUE INDEX "report_cycle_organization_id_type_year_quarter_number" ON "report_cycle" ("organization_id", "type", "year", "quarter", "number")
-- next
CREATE TABLE "shuxue_report" ("id" SERIAL NOT NULL PRIMARY KEY, "branch_id" INTEGER NOT NULL, "cycle_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "state" VARCHAR(24) NOT NULL, "channel" VARCHAR(24) NOT NULL, "revision" INTEGER NOT NULL CHECK (revision >= 0), "prefill" TEXT, "recorded_by_id" INTEGER, "confirmed_how" VARCHAR(24), "confirmed_at" BIGINT, "begun_at" BIGINT NOT NULL, "changed_at" BIGINT NOT NULL, "submitted_at" BIGINT, "decided_at" BIGINT, "decided_by_id" INTEGER, "reason" VARCHAR(200), FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("cycle_id") REFERENCES "report_cycle" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("recorded_by_id") REFERENCES "member" ("id") ON DELETE SET NULL, FOREIGN KEY ("decided_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "shuxue_report_branch_id" ON "shuxue_report" ("branch_id")
-- next
CREATE INDEX "shuxue_report_member_id" ON "shuxue_report" ("member_id")
-- next
CREATE UNIQUE INDEX "shuxue_report_cycle_id_member_id_branch_id" ON "shuxue_report" ("cycle_id", "member_id", "branch_id")
-- next
CREATE TABLE "shuxue_text" ("id" SERIAL NOT NULL PRIMARY KEY, "report_id" INTEGER NOT NULL, "view" VARCHAR(24) NOT NULL, "body" TEXT NOT NULL, "version" INTEGER NOT NULL, "changed_at" BIGINT NOT NULL, FOREIGN KEY ("report_id") REFERENCES "shuxue_report" ("id") ON DELETE CASCADE)
-- next
CREATE UNIQUE INDEX "shuxue_text_report_id_view" ON "shuxue_text" ("report_id", "view")
-- next
CREATE TABLE "shuxue_revision" ("id" SERIAL NOT NULL PRIMARY KEY, "report_id" INTEGER NOT NULL, "revision" INTEGER NOT NULL, "views" TEXT NOT NULL, "channel" VARCHAR(24) NOT NULL, "by_id" INTEGER, "at" BIGINT NOT NULL, FOREIGN KEY ("report_id") REFERENCES "shuxue_report" ("id") ON DELETE CASCADE, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "shuxue_revision_report_id_revision" ON "shuxue_revision" ("report_id", "revision")
-- next
CREATE TABLE "voice_note" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "report_id" INTEGER NOT NULL, "view" VARCHAR(24) NOT NULL, "media_id" VARCHAR(128) NOT NULL, "state" VARCHAR(24) NOT NULL, "tries" INTEGER NOT NULL, "received_at" BIGINT NOT NULL, "text" TEXT, "written_by_id" INTEGER, "written_at" BIGINT, "confirmed_at" BIGINT, FOREIGN KEY ("report_id") REFERENCES "shuxue_report" ("id") ON DELETE CASCADE, FOREIGN KEY ("written_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "voice_note_key" ON "voice_note" ("key")
-- next
CREATE INDEX "voice_note_report_id" ON "voice_note" ("report_id")
-- next
CREATE INDEX "voice_note_received_at" ON "voice_note" ("received_at")
-- next
CREATE TABLE "voice_sound" ("id" SERIAL NOT NULL PRIMARY KEY, "note_id" INTEGER NOT NULL, "kind" VARCHAR(32) NOT NULL, "body" BYTEA NOT NULL, "fetched_at" BIGINT NOT NULL, FOREIGN KEY ("note_id") REFERENCES "voice_note" ("id") ON DELETE CASCADE)
-- next
CREATE UNIQUE INDEX "voice_sound_note_id" ON "voice_sound" ("note_id")
-- next
CREATE INDEX "voice_sound_fetched_at" ON "voice_sound" ("fetched_at")
-- next
CREATE TABLE "point_claim" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "branch_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "month" VARCHAR(7) NOT NULL, "item" VARCHAR(32) NOT NULL, "day" CHAR(10) NOT NULL, "words" VARCHAR(200) NOT NULL, "points" INTEGER NOT NULL, "edition" VARCHAR(20) NOT NULL, "state" VARCHAR(24) NOT NULL, "filed_at" BIGINT NOT NULL, "decided_at" BIGINT, "decided_by_id" INTEGER, "reason" VARCHAR(200), "objection" VARCHAR(200), "objected_at" BIGINT, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("decided_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "point_claim_key" ON "point_claim" ("key")
-- next
CREATE INDEX "point_claim_branch_id" ON "point_claim" ("branch_id")
-- next
CREATE UNIQUE INDEX "point_claim_member_id_month_item_day_branch_id" ON "point_claim" ("member_id", "month", "item", "day", "branch_id")
-- next
CREATE TABLE "point_decision" ("id" SERIAL NOT NULL PRIMARY KEY, "branch_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "kind" VARCHAR(24) NOT NULL, "item" VARCHAR(32) NOT NULL, "day" CHAR(10) NOT NULL, "points" INTEGER NOT NULL, "body" VARCHAR(40) NOT NULL, "reason" VARCHAR(200) NOT NULL, "edition" VARCHAR(20) NOT NULL, "decided_on" CHAR(10) NOT NULL, "entered_by_id" INTEGER, "entered_at" BIGINT NOT NULL, "withdrawn_at" BIGINT, "withdrawn_why" VARCHAR(200), FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("entered_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "point_decision_branch_id" ON "point_decision" ("branch_id")
-- next
CREATE INDEX "point_decision_member_id" ON "point_decision" ("member_id")
-- next
CREATE TABLE "point_entry" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "branch_id" INTEGER NOT NULL, "year" INTEGER NOT NULL, "quarter" INTEGER NOT NULL CHECK (quarter BETWEEN 1 AND 4), "day" CHAR(10) NOT NULL, "points" INTEGER NOT NULL CHECK (points BETWEEN -10000 AND 10000), "stated" INTEGER NOT NULL, "item" VARCHAR(32) NOT NULL, "source" VARCHAR(24) NOT NULL, "session_id" INTEGER, "claim_id" INTEGER, "decision_id" INTEGER, "reverses_id" INTEGER, "note" VARCHAR(100), "rule" VARCHAR(10) NOT NULL, "edition" VARCHAR(20) NOT NULL, "confirmed_by_id" INTEGER, "created_at" BIGINT NOT NULL, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE RESTRICT, FOREIGN KEY ("claim_id") REFERENCES "point_claim" ("id") ON DELETE RESTRICT, FOREIGN KEY ("decision_id") REFERENCES "point_decision" ("id") ON DELETE RESTRICT, FOREIGN KEY ("reverses_id") REFERENCES "point_entry" ("id") ON DELETE RESTRICT, FOREIGN KEY ("confirmed_by_id") REFERENCES "member" ("id") ON DELETE RESTRICT)
-- next
CREATE INDEX "point_entry_branch_id" ON "point_entry" ("branch_id")
-- next
CREATE INDEX "point_entry_session_id" ON "point_entry" ("session_id")
-- next
CREATE INDEX "point_entry_claim_id" ON "point_entry" ("claim_id")
-- next
CREATE INDEX "point_entry_decision_id" ON "point_entry" ("decision_id")
-- next
CREATE UNIQUE INDEX "point_entry_reverses_id" ON "point_entry" ("reverses_id")
-- next
CREATE INDEX "point_entry_member_id_year" ON "point_entry" ("member_id", "year")
-- next
CREATE TABLE "point_summary" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "branch_id" INTEGER NOT NULL, "year" INTEGER NOT NULL, "quarter" INTEGER NOT NULL, "revision" INTEGER NOT NULL, "score" INTEGER NOT NULL, "gained" INTEGER NOT NULL, "lost" INTEGER NOT NULL, "band" VARCHAR(12), "edition" VARCHAR(20) NOT NULL, "last_entry_id" INTEGER, "why" VARCHAR(100), "frozen_at" BIGINT NOT NULL, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("last_entry_id") REFERENCES "point_entry" ("id") ON DELETE RESTRICT)
-- next
CREATE INDEX "point_summary_branch_id" ON "point_summary" ("branch_id")
-- next
CREATE UNIQUE INDEX "point_summary_member_id_year_quarter_revision_branch_id" ON "point_summary" ("member_id", "year", "quarter", "revision", "branch_id")
-- next
CREATE TABLE "point_opt_in" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "since" CHAR(10) NOT NULL, "until" CHAR(10), FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE)
-- next
CREATE INDEX "point_opt_in_member_id" ON "point_opt_in" ("member_id")
-- next
CREATE UNIQUE INDEX "point_opt_in_member_id_since" ON "point_opt_in" ("member_id", "since")
-- next
CREATE TABLE "leave" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "branch_id" INTEGER NOT NULL, "session_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "kind" VARCHAR(24) NOT NULL, "words" VARCHAR(200), "late" BOOLEAN NOT NULL, "state" VARCHAR(24) NOT NULL, "filed_at" BIGINT NOT NULL, "filed_by_id" INTEGER, "decided_at" BIGINT, "decided_by_id" INTEGER, "reason" VARCHAR(200), FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("filed_by_id") REFERENCES "member" ("id") ON DELETE SET NULL, FOREIGN KEY ("decided_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "leave_key" ON "leave" ("key")
-- next
CREATE INDEX "leave_branch_id" ON "leave" ("branch_id")
-- next
CREATE INDEX "leave_member_id" ON "leave" ("member_id")
-- next
CREATE UNIQUE INDEX "leave_session_id_member_id_branch_id" ON "leave" ("session_id", "member_id", "branch_id")
-- next
CREATE TABLE "make_up" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "branch_id" INTEGER NOT NULL, "session_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "state" VARCHAR(24) NOT NULL, "due" CHAR(10) NOT NULL, "mode" VARCHAR(24), "words" VARCHAR(500), "done_on" CHAR(10), "submitted_at" BIGINT, "decided_at" BIGINT, "decided_by_id" INTEGER, "reason" VARCHAR(200), "created_at" BIGINT NOT NULL, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE RESTRICT, FOREIGN KEY ("decided_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "make_up_key" ON "make_up" ("key")
-- next
CREATE INDEX "make_up_branch_id" ON "make_up" ("branch_id")
-- next
CREATE INDEX "make_up_member_id" ON "make_up" ("member_id")
-- next
CREATE UNIQUE INDEX "make_up_session_id_member_id_branch_id" ON "make_up" ("session_id", "member_id", "branch_id")
-- next
CREATE TABLE "member_setting" ("id" SERIAL NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "reminders" BOOLEAN NOT NULL, "changed_at" BIGINT NOT NULL, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE)
-- next
CREATE UNIQUE INDEX "member_setting_member_id" ON "member_setting" ("member_id")
-- next
CREATE TABLE "chat_state" ("openid" VARCHAR(64) NOT NULL PRIMARY KEY, "topic" VARCHAR(24) NOT NULL, "subject" VARCHAR(48) NOT NULL, "step" VARCHAR(24) NOT NULL, "changed_at" BIGINT NOT NULL)
-- next
CREATE INDEX "chat_state_changed_at" ON "chat_state" ("changed_at")
-- next
CREATE TABLE "feedback" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "kind" VARCHAR(24) NOT NULL, "organization_id" INTEGER, "member_id" INTEGER, "subject_kind" VARCHAR(24), "subject" VARCHAR(48), "words" TEXT NOT NULL, "state" VARCHAR(24) NOT NULL, "created_at" BIGINT NOT NULL, "answer" TEXT, "answered_at" BIGINT, "answered_by_id" INTEGER, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE SET NULL, FOREIGN KEY ("answered_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "feedback_key" ON "feedback" ("key")
-- next
CREATE INDEX "feedback_organization_id" ON "feedback" ("organization_id")
-- next
CREATE INDEX "feedback_member_id" ON "feedback" ("member_id")
-- next
ALTER TABLE "wechat_binding" ADD COLUMN "notice" VARCHAR(20)
-- next
ALTER TABLE "external_study" ADD COLUMN "key" VARCHAR(22)
-- next
ALTER TABLE "external_study" ADD COLUMN "kind" VARCHAR(24) DEFAULT 'HOST' NOT NULL
-- next
ALTER TABLE "external_study" ADD COLUMN "words" VARCHAR(200)
-- next
ALTER TABLE "external_study" ADD COLUMN "proposed_by_id" INTEGER REFERENCES "member" ("id") ON DELETE SET NULL
-- next
ALTER TABLE "external_study" ADD COLUMN "decided_by_id" INTEGER REFERENCES "member" ("id") ON DELETE SET NULL
-- next
ALTER TABLE "external_study" ADD COLUMN "decided_at" BIGINT
-- next
ALTER TABLE "external_study" ADD COLUMN "reason" VARCHAR(200)
-- next
UPDATE "external_study" SET "key" = SUBSTR(MD5(RANDOM()::TEXT || id::TEXT), 1, 20)
-- next
CREATE UNIQUE INDEX "external_study_key" ON "external_study" ("key")
-- next
CREATE OR REPLACE FUNCTION point_entry_no_update() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'point_entry is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER point_entry_no_update BEFORE UPDATE ON point_entry FOR EACH ROW EXECUTE FUNCTION point_entry_no_update()
-- next
CREATE OR REPLACE FUNCTION point_entry_no_delete() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'point_entry is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER point_entry_no_delete BEFORE DELETE ON point_entry FOR EACH ROW EXECUTE FUNCTION point_entry_no_delete()
-- next
CREATE OR REPLACE FUNCTION point_summary_no_update() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'point_summary is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER point_summary_no_update BEFORE UPDATE ON point_summary FOR EACH ROW EXECUTE FUNCTION point_summary_no_update()
-- next
CREATE OR REPLACE FUNCTION point_summary_no_delete() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'point_summary is append-only'; END $$ LANGUAGE plpgsql
-- next
CREATE TRIGGER point_summary_no_delete BEFORE DELETE ON point_summary FOR EACH ROW EXECUTE FUNCTION point_summary_no_delete()
