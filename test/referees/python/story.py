"""Drives an account through every operation that the local cloud serves, and prints what it found."""

import alarms
import balancers
import certificates
import groups
import guards
import instances
import target_groups
import templates
import zones
from account import Account

account = Account()
for chapter in [instances, templates, balancers, certificates, groups, target_groups, guards, alarms, zones]:
    chapter.story(account)
account.report_answers()
