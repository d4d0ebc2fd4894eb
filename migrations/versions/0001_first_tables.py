"""Create the first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    
    op.create_table('audit_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chain_id', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=40), nullable=False),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('object', sa.String(length=120), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('prev_sha256', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_events')),
    sa.UniqueConstraint('chain_id', 'n', name=op.f('uq_audit_events_chain_id_n')),
    sa.UniqueConstraint('chain_id', 'prev_sha256', name=op.f('uq_audit_events_chain_id_prev_sha256'))
    )
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_events_action'), ['action'], unique=False)

    op.create_table('code_series',
    sa.Column('letter', sa.String(length=1), nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('letter', name=op.f('pk_code_series'))
    )
    op.create_table('installation_facts',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=255), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_installation_facts'))
    )
    op.create_table('job_beats',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_job_beats'))
    )
    op.create_table('jobs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease_owner', sa.String(length=40), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f('ck_jobs_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs'))
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_jobs_state_due_at'), ['state', 'due_at'], unique=False)

    op.create_table('modules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_modules')),
    sa.UniqueConstraint('code', name=op.f('uq_modules_code'))
    )
    op.create_table('plan_templates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('day_count', sa.Integer(), nullable=False),
    sa.Column('gates', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_templates')),
    sa.UniqueConstraint('code', name=op.f('uq_plan_templates_code'))
    )
    op.create_table('quizzes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quizzes')),
    sa.UniqueConstraint('code', name=op.f('uq_quizzes_code'))
    )
    op.create_table('sign_in_failures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login_sha256', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_failures'))
    )
    with op.batch_alter_table('sign_in_failures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_failures_address_failed_at'), ['address', 'failed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_failures_login_sha256_failed_at'), ['login_sha256', 'failed_at'], unique=False)

    op.create_table('vendors',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('name_text', sa.JSON(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('in_house', 'bpo')", name=op.f('ck_vendors_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendors')),
    sa.UniqueConstraint('code', name=op.f('uq_vendors_code'))
    )
    op.create_table('banks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('module_id', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['module_id'], ['modules.id'], name=op.f('fk_banks_module_id_modules')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_banks')),
    sa.UniqueConstraint('code', name=op.f('uq_banks_code'))
    )
    with op.batch_alter_table('banks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_banks_module_id'), ['module_id'], unique=False)

    op.create_table('sections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('module_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['module_id'], ['modules.id'], name=op.f('fk_sections_module_id_modules')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sections')),
    sa.UniqueConstraint('module_id', 'key', name=op.f('uq_sections_module_id_key'))
    )
    op.create_table('sites',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('name_text', sa.JSON(), nullable=False),
    sa.Column('zone_name', sa.String(length=64), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('subdivision', sa.String(length=8), nullable=True),
    sa.Column('weekend', sa.String(length=7), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_sites_vendor_id_vendors')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sites')),
    sa.UniqueConstraint('code', name=op.f('uq_sites_code'))
    )
    with op.batch_alter_table('sites', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sites_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('closures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=False),
    sa.Column('name_text', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_closures_site_id_sites')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closures')),
    sa.UniqueConstraint('site_id', 'closed_on', name=op.f('uq_closures_site_id_closed_on'))
    )
    op.create_table('cohorts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('name_text', sa.JSON(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=False),
    sa.Column('go_live_on', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_cohorts_site_id_sites')),
    sa.ForeignKeyConstraint(['template_id'], ['plan_templates.id'], name=op.f('fk_cohorts_template_id_plan_templates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cohorts')),
    sa.UniqueConstraint('code', name=op.f('uq_cohorts_code'))
    )
    with op.batch_alter_table('cohorts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cohorts_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cohorts_template_id'), ['template_id'], unique=False)

    op.create_table('people',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('login', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('reading', sa.String(length=255), nullable=False),
    sa.Column('vendor_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=8), nullable=False),
    sa.Column('own_zone_name', sa.String(length=64), nullable=True),
    sa.Column('password_hash', sa.String(length=255), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deactivated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_people_site_id_sites')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_people_vendor_id_vendors')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('code', name=op.f('uq_people_code')),
    sa.UniqueConstraint('login', name=op.f('uq_people_login'))
    )
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_people_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('plan_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('starts', sa.String(length=5), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('detail_text', sa.JSON(), nullable=False),
    sa.Column('module_id', sa.Integer(), nullable=True),
    sa.Column('section_id', sa.Integer(), nullable=True),
    sa.Column('quiz_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('class', 'self_study', 'quiz', 'calibration', 'shadowing', 'nesting', 'practice', 'meeting', 'rest', 'gate')", name=op.f('ck_plan_steps_kind')),
    sa.ForeignKeyConstraint(['module_id'], ['modules.id'], name=op.f('fk_plan_steps_module_id_modules')),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], name=op.f('fk_plan_steps_quiz_id_quizzes')),
    sa.ForeignKeyConstraint(['section_id'], ['sections.id'], name=op.f('fk_plan_steps_section_id_sections')),
    sa.ForeignKeyConstraint(['template_id'], ['plan_templates.id'], name=op.f('fk_plan_steps_template_id_plan_templates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_steps'))
    )
    with op.batch_alter_table('plan_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_steps_module_id'), ['module_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_steps_quiz_id'), ['quiz_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_steps_section_id'), ['section_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_steps_template_id'), ['template_id'], unique=False)

    op.create_table('questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('bank_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('draft', 'in_use', 'held', 'retired')", name=op.f('ck_questions_state')),
    sa.ForeignKeyConstraint(['bank_id'], ['banks.id'], name=op.f('fk_questions_bank_id_banks')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questions')),
    sa.UniqueConstraint('code', name=op.f('uq_questions_code'))
    )
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questions_bank_id'), ['bank_id'], unique=False)

    op.create_table('rooms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_rooms_site_id_sites')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rooms')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_rooms_site_id_name'))
    )
    op.create_table('assignments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quiz_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('zone_name', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['people.id'], name=op.f('fk_assignments_created_by_people')),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], name=op.f('fk_assignments_quiz_id_quizzes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments'))
    )
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignments_quiz_id'), ['quiz_id'], unique=False)

    op.create_table('cohort_trainers',
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohorts.id'], name=op.f('fk_cohort_trainers_cohort_id_cohorts')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_cohort_trainers_person_id_people')),
    sa.PrimaryKeyConstraint('cohort_id', 'person_id', name=op.f('pk_cohort_trainers'))
    )
    with op.batch_alter_table('cohort_trainers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cohort_trainers_person_id'), ['person_id'], unique=False)

    op.create_table('enrolments',
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohorts.id'], name=op.f('fk_enrolments_cohort_id_cohorts')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_enrolments_person_id_people')),
    sa.PrimaryKeyConstraint('cohort_id', 'person_id', name=op.f('pk_enrolments'))
    )
    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolments_person_id'), ['person_id'], unique=False)

    op.create_table('gate_decisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('gate', sa.String(length=20), nullable=False),
    sa.Column('decision', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("decision IN ('signed_off', 'waived')", name=op.f('ck_gate_decisions_decision')),
    sa.CheckConstraint("gate IN ('quiz_average', 'qa_agreement', 'policies_acknowledged', 'attendance', 'sign_off')", name=op.f('ck_gate_decisions_gate')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohorts.id'], name=op.f('fk_gate_decisions_cohort_id_cohorts')),
    sa.ForeignKeyConstraint(['decided_by'], ['people.id'], name=op.f('fk_gate_decisions_decided_by_people')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_gate_decisions_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_decisions')),
    sa.UniqueConstraint('cohort_id', 'person_id', 'gate', name=op.f('uq_gate_decisions_cohort_id_person_id_gate'))
    )
    with op.batch_alter_table('gate_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gate_decisions_person_id'), ['person_id'], unique=False)

    op.create_table('one_time_links',
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('set_password')", name=op.f('ck_one_time_links_purpose')),
    sa.ForeignKeyConstraint(['made_by'], ['people.id'], name=op.f('fk_one_time_links_made_by_people')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_one_time_links_person_id_people')),
    sa.PrimaryKeyConstraint('token_sha256', name=op.f('pk_one_time_links'))
    )
    with op.batch_alter_table('one_time_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_links_person_id'), ['person_id'], unique=False)

    op.create_table('policy_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('module_id', sa.Integer(), nullable=False),
    sa.Column('major', sa.Integer(), nullable=False),
    sa.Column('minor', sa.Integer(), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('front_matter', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('draft', 'published')", name=op.f('ck_policy_versions_state')),
    sa.ForeignKeyConstraint(['module_id'], ['modules.id'], name=op.f('fk_policy_versions_module_id_modules')),
    sa.ForeignKeyConstraint(['published_by'], ['people.id'], name=op.f('fk_policy_versions_published_by_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_versions')),
    sa.UniqueConstraint('module_id', 'major', 'minor', name=op.f('uq_policy_versions_module_id_major_minor'))
    )
    op.create_table('question_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_question_versions_question_id_questions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_versions')),
    sa.UniqueConstraint('question_id', 'n', name=op.f('uq_question_versions_question_id_n'))
    )
    op.create_table('quiz_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quiz_id', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['published_by'], ['people.id'], name=op.f('fk_quiz_versions_published_by_people')),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], name=op.f('fk_quiz_versions_quiz_id_quizzes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quiz_versions')),
    sa.UniqueConstraint('quiz_id', 'n', name=op.f('uq_quiz_versions_quiz_id_n'))
    )
    op.create_table('report_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('locale', sa.String(length=8), nullable=False),
    sa.Column('request', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('file_sha256', sa.String(length=64), nullable=True),
    sa.Column('file_name', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_report_runs_job_id_jobs')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_report_runs_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_runs')),
    sa.UniqueConstraint('public_id', name=op.f('uq_report_runs_public_id'))
    )
    with op.batch_alter_table('report_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_runs_job_id'), ['job_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_report_runs_person_id'), ['person_id'], unique=False)

    op.create_table('role_grants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('granted_by', sa.Integer(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role IN ('learner', 'trainer', 'qa', 'editor', 'localizer', 'vendor_manager', 'admin')", name=op.f('ck_role_grants_role')),
    sa.ForeignKeyConstraint(['granted_by'], ['people.id'], name=op.f('fk_role_grants_granted_by_people')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_role_grants_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grants'))
    )
    with op.batch_alter_table('role_grants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_grants_person_id'), ['person_id'], unique=False)

    op.create_table('web_sessions',
    sa.Column('id_sha256', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_web_sessions_person_id_people')),
    sa.PrimaryKeyConstraint('id_sha256', name=op.f('pk_web_sessions'))
    )
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_web_sessions_person_id'), ['person_id'], unique=False)

    op.create_table('acknowledgements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('locale', sa.String(length=8), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('full', 'delta')", name=op.f('ck_acknowledgements_kind')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_acknowledgements_person_id_people')),
    sa.ForeignKeyConstraint(['version_id'], ['policy_versions.id'], name=op.f('fk_acknowledgements_version_id_policy_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acknowledgements')),
    sa.UniqueConstraint('person_id', 'version_id', name=op.f('uq_acknowledgements_person_id_version_id'))
    )
    with op.batch_alter_table('acknowledgements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acknowledgements_version_id'), ['version_id'], unique=False)

    op.create_table('assignees',
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignments.id'], name=op.f('fk_assignees_assignment_id_assignments')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_assignees_person_id_people')),
    sa.PrimaryKeyConstraint('assignment_id', 'person_id', name=op.f('pk_assignees'))
    )
    with op.batch_alter_table('assignees', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignees_person_id'), ['person_id'], unique=False)

    op.create_table('attempts',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('vendor_id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('attempt_no', sa.Integer(), nullable=False),
    sa.Column('quiz_version_id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=8), nullable=False),
    sa.Column('option_seed', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('writer_epoch', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('grace_seconds', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('close_cause', sa.String(length=20), nullable=True),
    sa.Column('receipt_sha256', sa.String(length=64), nullable=True),
    sa.CheckConstraint("close_cause IN ('submitted', 'expired')", name=op.f('ck_attempts_close_cause')),
    sa.CheckConstraint("purpose IN ('assessed', 'practice', 'preview')", name=op.f('ck_attempts_purpose')),
    sa.CheckConstraint("state IN ('open', 'submitted', 'expired', 'void')", name=op.f('ck_attempts_state')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignments.id'], name=op.f('fk_attempts_assignment_id_assignments')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_attempts_person_id_people')),
    sa.ForeignKeyConstraint(['quiz_version_id'], ['quiz_versions.id'], name=op.f('fk_attempts_quiz_version_id_quiz_versions')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_attempts_site_id_sites')),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendors.id'], name=op.f('fk_attempts_vendor_id_vendors')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempts')),
    sa.UniqueConstraint('person_id', 'assignment_id', 'attempt_no', name=op.f('uq_attempts_person_id_assignment_id_attempt_no'))
    )
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempts_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attempts_quiz_version_id_state'), ['quiz_version_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_attempts_state_deadline_at'), ['state', 'deadline_at'], unique=False)
        batch_op.create_index('uq_attempts_open', ['person_id', 'assignment_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('outline_entries',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['section_id'], ['sections.id'], name=op.f('fk_outline_entries_section_id_sections')),
    sa.ForeignKeyConstraint(['version_id'], ['policy_versions.id'], name=op.f('fk_outline_entries_version_id_policy_versions')),
    sa.PrimaryKeyConstraint('version_id', 'section_id', name=op.f('pk_outline_entries')),
    sa.UniqueConstraint('version_id', 'position', name=op.f('uq_outline_entries_version_id_position'))
    )
    with op.batch_alter_table('outline_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outline_entries_section_id'), ['section_id'], unique=False)

    op.create_table('question_keys',
    sa.Column('question_version_id', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('key', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_version_id'], ['question_versions.id'], name=op.f('fk_question_keys_question_version_id_question_versions')),
    sa.PrimaryKeyConstraint('question_version_id', 'n', name=op.f('pk_question_keys'))
    )
    op.create_table('quiz_questions',
    sa.Column('quiz_version_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_quiz_questions_question_id_questions')),
    sa.ForeignKeyConstraint(['quiz_version_id'], ['quiz_versions.id'], name=op.f('fk_quiz_questions_quiz_version_id_quiz_versions')),
    sa.PrimaryKeyConstraint('quiz_version_id', 'position', name=op.f('pk_quiz_questions'))
    )
    with op.batch_alter_table('quiz_questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_quiz_questions_question_id'), ['question_id'], unique=False)

    op.create_table('section_links',
    sa.Column('question_version_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['question_version_id'], ['question_versions.id'], name=op.f('fk_section_links_question_version_id_question_versions')),
    sa.ForeignKeyConstraint(['section_id'], ['sections.id'], name=op.f('fk_section_links_section_id_sections')),
    sa.PrimaryKeyConstraint('question_version_id', 'section_id', name=op.f('pk_section_links')),
    sa.UniqueConstraint('question_version_id', 'position', name=op.f('uq_section_links_question_version_id_position'))
    )
    with op.batch_alter_table('section_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_section_links_section_id'), ['section_id'], unique=False)

    op.create_table('section_revisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=8), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('source_sha256', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['section_id'], ['sections.id'], name=op.f('fk_section_revisions_section_id_sections')),
    sa.ForeignKeyConstraint(['version_id'], ['policy_versions.id'], name=op.f('fk_section_revisions_version_id_policy_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_section_revisions')),
    sa.UniqueConstraint('version_id', 'section_id', 'locale', name=op.f('uq_section_revisions_version_id_section_id_locale'))
    )
    with op.batch_alter_table('section_revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_section_revisions_section_id'), ['section_id'], unique=False)

    op.create_table('training_sessions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('cohort_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title_text', sa.JSON(), nullable=False),
    sa.Column('detail_text', sa.JSON(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('trainer_id', sa.Integer(), nullable=True),
    sa.Column('module_id', sa.Integer(), nullable=True),
    sa.Column('section_id', sa.Integer(), nullable=True),
    sa.Column('assignment_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('class', 'self_study', 'quiz', 'calibration', 'shadowing', 'nesting', 'practice', 'meeting', 'rest', 'gate')", name=op.f('ck_training_sessions_kind')),
    sa.CheckConstraint("state IN ('planned', 'cancelled')", name=op.f('ck_training_sessions_state')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignments.id'], name=op.f('fk_training_sessions_assignment_id_assignments')),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohorts.id'], name=op.f('fk_training_sessions_cohort_id_cohorts')),
    sa.ForeignKeyConstraint(['module_id'], ['modules.id'], name=op.f('fk_training_sessions_module_id_modules')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_training_sessions_room_id_rooms')),
    sa.ForeignKeyConstraint(['section_id'], ['sections.id'], name=op.f('fk_training_sessions_section_id_sections')),
    sa.ForeignKeyConstraint(['trainer_id'], ['people.id'], name=op.f('fk_training_sessions_trainer_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training_sessions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_training_sessions_public_id'))
    )
    with op.batch_alter_table('training_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_training_sessions_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_sessions_cohort_id_starts_at'), ['cohort_id', 'starts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_sessions_module_id'), ['module_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_sessions_room_id'), ['room_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_sessions_section_id'), ['section_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_sessions_trainer_id'), ['trainer_id'], unique=False)

    op.create_table('answer_events',
    sa.Column('attempt_id', sa.String(length=36), nullable=False),
    sa.Column('epoch', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=8), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('payload_sha256', sa.String(length=64), nullable=False),
    sa.Column('server_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('in_grace', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_answer_events_attempt_id_attempts')),
    sa.PrimaryKeyConstraint('attempt_id', 'epoch', 'seq', name=op.f('pk_answer_events'))
    )
    op.create_table('attempt_policies',
    sa.Column('attempt_id', sa.String(length=36), nullable=False),
    sa.Column('policy_version_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_attempt_policies_attempt_id_attempts')),
    sa.ForeignKeyConstraint(['policy_version_id'], ['policy_versions.id'], name=op.f('fk_attempt_policies_policy_version_id_policy_versions')),
    sa.PrimaryKeyConstraint('attempt_id', 'policy_version_id', name=op.f('pk_attempt_policies'))
    )
    with op.batch_alter_table('attempt_policies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_policies_policy_version_id'), ['policy_version_id'], unique=False)

    op.create_table('attempt_questions',
    sa.Column('attempt_id', sa.String(length=36), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('question_version_id', sa.Integer(), nullable=False),
    sa.Column('key_n', sa.Integer(), nullable=False),
    sa.Column('option_order', sa.JSON(), nullable=False),
    sa.Column('max_thousandths', sa.Integer(), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_flagged', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_attempt_questions_attempt_id_attempts')),
    sa.ForeignKeyConstraint(['question_version_id', 'key_n'], ['question_keys.question_version_id', 'question_keys.n'], name=op.f('fk_attempt_questions_question_version_id_key_n_question_keys')),
    sa.ForeignKeyConstraint(['question_version_id'], ['question_versions.id'], name=op.f('fk_attempt_questions_question_version_id_question_versions')),
    sa.PrimaryKeyConstraint('attempt_id', 'position', name=op.f('pk_attempt_questions')),
    sa.UniqueConstraint('attempt_id', 'question_version_id', name=op.f('uq_attempt_questions_attempt_id_question_version_id'))
    )
    with op.batch_alter_table('attempt_questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_questions_question_version_id'), ['question_version_id'], unique=False)

    op.create_table('attendances',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('marked_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("status IN ('present', 'late', 'excused', 'absent')", name=op.f('ck_attendances_status')),
    sa.ForeignKeyConstraint(['marked_by'], ['people.id'], name=op.f('fk_attendances_marked_by_people')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_attendances_person_id_people')),
    sa.ForeignKeyConstraint(['session_id'], ['training_sessions.id'], name=op.f('fk_attendances_session_id_training_sessions')),
    sa.PrimaryKeyConstraint('session_id', 'person_id', name=op.f('pk_attendances'))
    )
    with op.batch_alter_table('attendances', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendances_person_id'), ['person_id'], unique=False)

    op.create_table('grading_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.String(length=36), nullable=False),
    sa.Column('run_no', sa.Integer(), nullable=False),
    sa.Column('engine_version', sa.String(length=20), nullable=False),
    sa.Column('cause', sa.String(length=20), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('score_thousandths', sa.Integer(), nullable=False),
    sa.Column('max_thousandths', sa.Integer(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint("cause IN ('close', 'regrade')", name=op.f('ck_grading_runs_cause')),
    sa.ForeignKeyConstraint(['actor_id'], ['people.id'], name=op.f('fk_grading_runs_actor_id_people')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_grading_runs_attempt_id_attempts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grading_runs')),
    sa.UniqueConstraint('attempt_id', 'run_no', name=op.f('uq_grading_runs_attempt_id_run_no'))
    )
    op.create_table('late_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.String(length=36), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=8), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('payload_sha256', sa.String(length=64), nullable=False),
    sa.Column('server_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_late_events_attempt_id_attempts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_late_events'))
    )
    with op.batch_alter_table('late_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_late_events_attempt_id'), ['attempt_id'], unique=False)

    op.create_table('grading_items',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('key_n', sa.Integer(), nullable=False),
    sa.Column('awarded_thousandths', sa.Integer(), nullable=False),
    sa.Column('max_thousandths', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.CheckConstraint("outcome IN ('right', 'partly', 'wrong', 'blank', 'not_reached')", name=op.f('ck_grading_items_outcome')),
    sa.ForeignKeyConstraint(['run_id'], ['grading_runs.id'], name=op.f('fk_grading_items_run_id_grading_runs')),
    sa.PrimaryKeyConstraint('run_id', 'position', name=op.f('pk_grading_items'))
    )
    


def downgrade() -> None:
    
    op.drop_table('grading_items')
    with op.batch_alter_table('late_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_late_events_attempt_id'))

    op.drop_table('late_events')
    op.drop_table('grading_runs')
    with op.batch_alter_table('attendances', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendances_person_id'))

    op.drop_table('attendances')
    with op.batch_alter_table('attempt_questions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_questions_question_version_id'))

    op.drop_table('attempt_questions')
    with op.batch_alter_table('attempt_policies', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_policies_policy_version_id'))

    op.drop_table('attempt_policies')
    op.drop_table('answer_events')
    with op.batch_alter_table('training_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_training_sessions_trainer_id'))
        batch_op.drop_index(batch_op.f('ix_training_sessions_section_id'))
        batch_op.drop_index(batch_op.f('ix_training_sessions_room_id'))
        batch_op.drop_index(batch_op.f('ix_training_sessions_module_id'))
        batch_op.drop_index(batch_op.f('ix_training_sessions_cohort_id_starts_at'))
        batch_op.drop_index(batch_op.f('ix_training_sessions_assignment_id'))

    op.drop_table('training_sessions')
    with op.batch_alter_table('section_revisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_section_revisions_section_id'))

    op.drop_table('section_revisions')
    with op.batch_alter_table('section_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_section_links_section_id'))

    op.drop_table('section_links')
    with op.batch_alter_table('quiz_questions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_quiz_questions_question_id'))

    op.drop_table('quiz_questions')
    op.drop_table('question_keys')
    with op.batch_alter_table('outline_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outline_entries_section_id'))

    op.drop_table('outline_entries')
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_index('uq_attempts_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_attempts_state_deadline_at'))
        batch_op.drop_index(batch_op.f('ix_attempts_quiz_version_id_state'))
        batch_op.drop_index(batch_op.f('ix_attempts_assignment_id'))

    op.drop_table('attempts')
    with op.batch_alter_table('assignees', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignees_person_id'))

    op.drop_table('assignees')
    with op.batch_alter_table('acknowledgements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_acknowledgements_version_id'))

    op.drop_table('acknowledgements')
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_web_sessions_person_id'))

    op.drop_table('web_sessions')
    with op.batch_alter_table('role_grants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_role_grants_person_id'))

    op.drop_table('role_grants')
    with op.batch_alter_table('report_runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_runs_person_id'))
        batch_op.drop_index(batch_op.f('ix_report_runs_job_id'))

    op.drop_table('report_runs')
    op.drop_table('quiz_versions')
    op.drop_table('question_versions')
    op.drop_table('policy_versions')
    with op.batch_alter_table('one_time_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_one_time_links_person_id'))

    op.drop_table('one_time_links')
    with op.batch_alter_table('gate_decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gate_decisions_person_id'))

    op.drop_table('gate_decisions')
    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enrolments_person_id'))

    op.drop_table('enrolments')
    with op.batch_alter_table('cohort_trainers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cohort_trainers_person_id'))

    op.drop_table('cohort_trainers')
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignments_quiz_id'))

    op.drop_table('assignments')
    op.drop_table('rooms')
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_questions_bank_id'))

    op.drop_table('questions')
    with op.batch_alter_table('plan_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_steps_template_id'))
        batch_op.drop_index(batch_op.f('ix_plan_steps_section_id'))
        batch_op.drop_index(batch_op.f('ix_plan_steps_quiz_id'))
        batch_op.drop_index(batch_op.f('ix_plan_steps_module_id'))

    op.drop_table('plan_steps')
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_people_vendor_id'))
        batch_op.drop_index(batch_op.f('ix_people_site_id'))

    op.drop_table('people')
    with op.batch_alter_table('cohorts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cohorts_template_id'))
        batch_op.drop_index(batch_op.f('ix_cohorts_site_id'))

    op.drop_table('cohorts')
    op.drop_table('closures')
    with op.batch_alter_table('sites', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sites_vendor_id'))

    op.drop_table('sites')
    op.drop_table('sections')
    with op.batch_alter_table('banks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_banks_module_id'))

    op.drop_table('banks')
    op.drop_table('vendors')
    with op.batch_alter_table('sign_in_failures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_failures_login_sha256_failed_at'))
        batch_op.drop_index(batch_op.f('ix_sign_in_failures_address_failed_at'))

    op.drop_table('sign_in_failures')
    op.drop_table('quizzes')
    op.drop_table('plan_templates')
    op.drop_table('modules')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_jobs_state_due_at'))

    op.drop_table('jobs')
    op.drop_table('job_beats')
    op.drop_table('installation_facts')
    op.drop_table('code_series')
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_events_action'))

    op.drop_table('audit_events')
    
