CREATE TABLE "reminder" ("id" INTEGER NOT NULL PRIMARY KEY, "key" VARCHAR(22) NOT NULL, "branch_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "topic" VARCHAR(24) NOT NULL, "period" VARCHAR(48) NOT NULL, "state" VARCHAR(24) NOT NULL, "why" VARCHAR(24), "channel" VARCHAR(24), "about_id" INTEGER, "session_id" INTEGER, "fields" TEXT NOT NULL, "words" TEXT NOT NULL, "way" VARCHAR(100) NOT NULL, "edition" VARCHAR(20) NOT NULL, "due_at" INTEGER NOT NULL, "not_after" INTEGER NOT NULL, "pushed_by_id" INTEGER, "created_at" INTEGER NOT NULL, "claim" VARCHAR(22), "claimed_at" INTEGER, "tries" INTEGER NOT NULL, "msgid" VARCHAR(40), "sent_at" INTEGER, "closed_at" INTEGER, "code" INTEGER, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("about_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("session_id") REFERENCES "study_session" ("id") ON DELETE CASCADE, FOREIGN KEY ("pushed_by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE UNIQUE INDEX "reminder_key" ON "reminder" ("key")
-- next
CREATE INDEX "reminder_branch_id" ON "reminder" ("branch_id")
-- next
CREATE INDEX "reminder_session_id" ON "reminder" ("session_id")
-- next
CREATE INDEX "reminder_created_at" ON "reminder" ("created_at")
-- next
CREATE INDEX "reminder_msgid" ON "reminder" ("msgid")
-- next
CREATE UNIQUE INDEX "reminder_member_id_topic_period_branch_id" ON "reminder" ("member_id", "topic", "period", "branch_id")
-- next
CREATE INDEX "reminder_state_due_at" ON "reminder" ("state", "due_at")
-- next
CREATE INDEX "reminder_with_words" ON "reminder" ("not_after") WHERE words <> ''
-- next
CREATE TABLE "reminder_attempt" ("id" INTEGER NOT NULL PRIMARY KEY, "reminder_id" INTEGER NOT NULL, "at" INTEGER NOT NULL, "channel" VARCHAR(24) NOT NULL, "state" VARCHAR(24) NOT NULL, "code" INTEGER, FOREIGN KEY ("reminder_id") REFERENCES "reminder" ("id") ON DELETE CASCADE)
-- next
CREATE INDEX "reminder_attempt_reminder_id" ON "reminder_attempt" ("reminder_id")
-- next
CREATE INDEX "reminder_attempt_at" ON "reminder_attempt" ("at")
-- next
CREATE TABLE "subscribe_credit" ("id" INTEGER NOT NULL PRIMARY KEY, "openid" VARCHAR(64) NOT NULL, "template" VARCHAR(64) NOT NULL, "granted_at" INTEGER NOT NULL, "used_at" INTEGER, "reminder_id" INTEGER, FOREIGN KEY ("reminder_id") REFERENCES "reminder" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "subscribe_credit_openid_template" ON "subscribe_credit" ("openid", "template")
-- next
CREATE TABLE "opt_out" ("id" INTEGER NOT NULL PRIMARY KEY, "member_id" INTEGER NOT NULL, "topic" VARCHAR(24) NOT NULL, "at" INTEGER NOT NULL, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE)
-- next
CREATE UNIQUE INDEX "opt_out_member_id_topic" ON "opt_out" ("member_id", "topic")
-- next
CREATE TABLE "reach_note" ("id" INTEGER NOT NULL PRIMARY KEY, "branch_id" INTEGER NOT NULL, "member_id" INTEGER NOT NULL, "reminder_id" INTEGER, "kind" VARCHAR(24) NOT NULL, "words" VARCHAR(200), "day" CHAR(10) NOT NULL, "by_id" INTEGER, "at" INTEGER NOT NULL, FOREIGN KEY ("branch_id") REFERENCES "organization" ("id") ON DELETE RESTRICT, FOREIGN KEY ("member_id") REFERENCES "member" ("id") ON DELETE CASCADE, FOREIGN KEY ("reminder_id") REFERENCES "reminder" ("id") ON DELETE SET NULL, FOREIGN KEY ("by_id") REFERENCES "member" ("id") ON DELETE SET NULL)
-- next
CREATE INDEX "reach_note_branch_id" ON "reach_note" ("branch_id")
-- next
CREATE INDEX "reach_note_member_id" ON "reach_note" ("member_id")
-- next
CREATE INDEX "reach_note_reminder_id" ON "reach_note" ("reminder_id")
-- next
CREATE TABLE "channel_pause" ("id" INTEGER NOT NULL PRIMARY KEY, "channel" VARCHAR(24) NOT NULL, "template" VARCHAR(64) NOT NULL, "since" INTEGER NOT NULL, "until" INTEGER, "code" INTEGER NOT NULL)
-- next
CREATE UNIQUE INDEX "channel_pause_channel_template" ON "channel_pause" ("channel", "template")
-- next
CREATE TABLE "outgoing_fence" ("id" INTEGER NOT NULL PRIMARY KEY, "raised_at" INTEGER NOT NULL, "why" VARCHAR(100) NOT NULL)
-- next
CREATE TABLE "queued_task" ("id" INTEGER NOT NULL PRIMARY KEY, "queue" VARCHAR(24) NOT NULL, "data" BLOB NOT NULL, "priority" REAL NOT NULL)
