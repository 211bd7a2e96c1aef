CREATE TABLE "roll_entry" ("id" SERIAL NOT NULL PRIMARY KEY, "nonce" VARCHAR(36) NOT NULL, "branch_id" INTEGER NOT NULL, "session_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "status" VARCHAR(24) NOT NULL, "half" INTEGER, "at" BIGINT NOT NULL, "received_at" BIGINT NOT NULL, "by_id" INTEGER, "outcome" VARCHAR(24) NOT NULL, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE CASCADE, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "roll_entry_nonce" ON "roll_entry" ("nonce")
-- next
CREATE INDEX "roll_entry_session_id" ON "roll_entry" ("session_id")
-- next
CREATE INDEX "roll_entry_member_id" ON "roll_entry" ("member_id")
-- next
CREATE INDEX "roll_entry_received_at" ON "roll_entry" ("received_at")
-- next
CREATE TABLE "session_invite" ("id" SERIAL NOT NULL PRIMARY KEY, "session_id" INTEGER NOT NULL, "organization_id" INTEGER NOT NULL, "by_id" INTEGER, "at" BIGINT NOT NULL, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE CASCADE, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "session_invite_organization_id" ON "session_invite" ("organization_id")
-- next
CREATE UNIQUE INDEX "session_invite_session_id_organization_id" ON "session_invite" ("session_id", "organization_id")
-- next
CREATE TABLE "screen_link" ("id" SERIAL NOT NULL PRIMARY KEY, "session_id" INTEGER NOT NULL, "nonce" VARCHAR(22) NOT NULL, "code_hash" VARCHAR(64) NOT NULL, "by_id" INTEGER, "at" BIGINT NOT NULL, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE CASCADE, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "screen_link_session_id" ON "screen_link" ("session_id")
-- next
CREATE UNIQUE INDEX "screen_link_code_hash" ON "screen_link" ("code_hash")
-- next
CREATE TABLE "transfer" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "member_id" INTEGER NOT NULL, "origin_id" INTEGER NOT NULL, "target_id" INTEGER, "outside" VARCHAR(50), "day" CHAR(10) NOT NULL, "state" VARCHAR(24) NOT NULL, "asked_by_id" INTEGER, "asked_at" BIGINT NOT NULL, "decided_by_id" INTEGER, "decided_at" BIGINT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("origin_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("target_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("asked_by_id") REFERENCES "member" ("id") ON DELETE SET NULL, FOREIGN KEY ("decided_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "transfer_key" ON "transfer" ("key")
-- next
CREATE INDEX "transfer_member_id" ON "transfer" ("member_id")
-- next
CREATE INDEX "transfer_origin_id" ON "transfer" ("origin_id")
-- next
CREATE INDEX "transfer_target_id" ON "transfer" ("target_id")
-- next
CREATE TABLE "contact_log" ("id" SERIAL NOT NULL PRIMARY KEY, "mobility_id" INTEGER NOT NULL, "day" CHAR(10) NOT NULL, "words" VARCHAR(200), "by_id" INTEGER, "at" BIGINT NOT NULL, FOREIGN KEY ("mobility_id") REFERENCES "mobility" ("id") ON DELETE CASCADE, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "contact_log_mobility_id" ON "contact_log" ("mobility_id")
-- next
CREATE TABLE "plan_item" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "organization_id" INTEGER NOT NULL, "year" INTEGER NOT NULL, "month" INTEGER NOT NULL, "kind" VARCHAR(24) NOT NULL, "title" VARCHAR(60) NOT NULL, "areas" VARCHAR(120) NOT NULL, "minutes" INTEGER NOT NULL, "session_id" INTEGER, "by_id" INTEGER, "at" BIGINT NOT NULL, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE SET NULL, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "plan_item_key" ON "plan_item" ("key")
-- next
CREATE INDEX "plan_item_organization_id_year_month" ON "plan_item" ("organization_id", "year", "month")
-- next
CREATE TABLE "branch_notice" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "organization_id" INTEGER NOT NULL, "title" VARCHAR(60) NOT NULL, "body" TEXT NOT NULL, "at" BIGINT NOT NULL, "until" CHAR(10) NOT NULL, "by_id" INTEGER, "withdrawn_at" BIGINT, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "branch_notice_key" ON "branch_notice" ("key")
-- next
CREATE INDEX "branch_notice_organization_id" ON "branch_notice" ("organization_id")
-- next
CREATE TABLE "survey" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "organization_id" INTEGER NOT NULL, "title" VARCHAR(60) NOT NULL, "questions" TEXT NOT NULL, "state" VARCHAR(24) NOT NULL, "until" CHAR(10) NOT NULL, "at" BIGINT NOT NULL, "by_id" INTEGER, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "survey_key" ON "survey" ("key")
-- next
CREATE INDEX "survey_organization_id" ON "survey" ("organization_id")
-- next
CREATE TABLE "survey_ticket" ("id" SERIAL NOT NULL PRIMARY KEY, "survey_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, FOREIGN KEY ("survey_id") REFERENCES "survey" ("id") ON DELETE CASCADE, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE)
-- next
CREATE INDEX "survey_ticket_member_id" ON "survey_ticket" ("member_id")
-- next
CREATE UNIQUE INDEX "survey_ticket_survey_id_member_id" ON "survey_ticket" ("survey_id", "member_id")
-- next
CREATE TABLE "survey_answer" ("key" VARCHAR(22) NOT NULL PRIMARY KEY, "survey_id" INTEGER NOT NULL, "answers" TEXT NOT NULL, FOREIGN KEY ("survey_id") REFERENCES "survey" ("id") ON DELETE CASCADE)
-- next
CREATE INDEX "survey_answer_survey_id" ON "survey_answer" ("survey_id")
-- next
CREATE TABLE "micro_lecture" ("id" SERIAL NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "organization_id" INTEGER NOT NULL, "title" VARCHAR(60) NOT NULL, "speaker" VARCHAR(50) NOT NULL, "area" VARCHAR(24) NOT NULL, "minutes" INTEGER NOT NULL, "words" VARCHAR(500), "by_id" INTEGER, "at" BIGINT NOT NULL, "removed_at" BIGINT, FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "micro_lecture_key" ON "micro_lecture" ("key")
-- next
CREATE INDEX "micro_lecture_organization_id" ON "micro_lecture" ("organization_id")
-- next
CREATE TABLE "step_up" ("openid" VARCHAR(64) NOT NULL PRIMARY KEY, "code_hash" VARCHAR(64) NOT NULL, "expires_at" BIGINT NOT NULL, "tries" INTEGER NOT NULL)
-- next
ALTER TABLE "attendance" ADD COLUMN "half" INTEGER
-- next
ALTER TABLE "login_session" ADD COLUMN "proved_until" BIGINT
-- next
ALTER TABLE "mobility" ADD COLUMN "abroad" BOOLEAN DEFAULT false NOT NULL
-- next
ALTER TABLE "mobility" ADD COLUMN "host_state" VARCHAR(24) DEFAULT 'NONE' NOT NULL
-- next
ALTER TABLE "mobility" ADD COLUMN "host_by_id" INTEGER REFERENCES "member" ("id") ON DELETE SET NULL
-- next
ALTER TABLE "mobility" ADD COLUMN "host_at" BIGINT
