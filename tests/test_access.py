"""Who may open and send what: every address × everyone; nobody sees or changes another's things."""

import pytest

from tests.addresses import ROLES, address, changed, contents, routes
from tests.writes import OWN

WHO = ("out", *ROLES)
TABLE = """
GET  today.index             sign_in ok      ok      ok      ok      ok      ok      ok
GET  log.index               sign_in 403     403     403     403     ok      ok      403
GET  log.index_xlsx          sign_in 403     403     403     403     ok      ok      403
GET  places.spaces_file      sign_in ok      ok      ok      ok      ok      ok      ok
GET  places.buildings        sign_in ok      ok      ok      ok      ok      ok      ok
GET  places.building         sign_in ok      ok      ok      ok      ok      ok      ok
GET  places.edit_building    sign_in 403     403     403     ok      ok      403     403
GET  places.new_building     sign_in 403     403     403     ok      ok      403     403
GET  school.calendar         sign_in ok      ok      ok      ok      ok      ok      ok
GET  school.term             sign_in 403     403     403     ok      ok      403     403
GET  school.day              sign_in 403     403     403     ok      ok      403     403
GET  checks.checklists       sign_in ok      ok      ok      ok      ok      ok      ok
GET  checks.checklist        sign_in ok      ok      ok      ok      ok      ok      ok
GET  checks.checklist_pdf    sign_in ok      ok      ok      ok      ok      ok      ok
GET  checks.index            sign_in ok      ok      ok      ok      ok      ok      ok
GET  checks.index_file       sign_in ok      ok      ok      ok      ok      ok      ok
GET  checks.year_zip         sign_in 403     403     403     ok      ok      ok      ok
GET  checks.detail           sign_in 404     ok      ok      ok      ok      ok      ok
GET  checks.check_pdf        sign_in 404     ok      ok      ok      ok      ok      ok
GET  checks.month_index      sign_in ok      ok      ok      ok      ok      ok      ok
GET  checks.month_pdf        sign_in ok      ok      ok      ok      ok      ok      ok
GET  grids.index             sign_in ok      ok      ok      ok      ok      ok      ok
GET  grids.detail            sign_in ok      ok      ok      ok      ok      ok      ok
GET  grids.new               sign_in 403     403     403     ok      ok      403     403
GET  grids.tree_xlsx         sign_in ok      ok      ok      ok      ok      ok      ok
GET  grids.tree_pdf          sign_in ok      ok      ok      ok      ok      ok      ok
GET  grids.hand_over         sign_in 403     403     403     ok      ok      403     403
GET  maps.index              sign_in ok      ok      ok      ok      ok      ok      ok
GET  maps.map_pdf            sign_in ok      ok      ok      ok      ok      ok      ok
GET  maps.new                sign_in 403     403     403     ok      ok      403     403
GET  maps.change             sign_in 403     403     403     ok      ok      403     403
GET  maps.edit               sign_in 403     403     403     ok      ok      403     403
GET  hazards.index           sign_in ok      ok      ok      ok      ok      ok      ok
GET  hazards.index_xlsx      sign_in ok      ok      ok      ok      ok      ok      ok
GET  hazards.index_pdf       sign_in ok      ok      ok      ok      ok      ok      ok
GET  hazards.year_zip        sign_in 403     403     403     ok      ok      ok      ok
GET  hazards.notice_pdf      sign_in 404     ok      ok      ok      ok      ok      ok
GET  hazards.recheck_pdf     sign_in 404     ok      ok      ok      ok      ok      ok
GET  hazards.transfer_pdf    sign_in 404     ok      ok      ok      ok      ok      ok
GET  hazards.detail          sign_in 404     ok      ok      ok      ok      ok      ok
GET  hazards.hazard_pdf      sign_in 404     ok      ok      ok      ok      ok      ok
GET  hazards.workflow        sign_in ok      ok      ok      ok      ok      ok      ok
GET  hazards.new             sign_in 403     ok      ok      ok      ok      ok      403
GET  today.healthz           ok      ok      ok      ok      ok      ok      ok      ok
GET  people.login            ok      ok      ok      ok      ok      ok      ok      ok
GET  people.me               sign_in ok      ok      ok      ok      ok      ok      ok
GET  people.password         sign_in ok      ok      ok      ok      ok      ok      ok
GET  people.index            sign_in 403     403     403     ok      ok      ok      ok
GET  people.detail           sign_in 403     403     403     ok      ok      ok      ok
GET  people.edit             sign_in 403     403     403     ok      ok      403     403
GET  people.give_password    sign_in 403     403     403     ok      ok      403     403
GET  people.new              sign_in 403     403     403     ok      ok      403     403
GET  people.login_link       ok      ok      ok      ok      ok      ok      ok      ok
GET  people.index_file       sign_in 403     403     403     ok      ok      ok      ok
GET  people.open_accounts    sign_in 403     403     403     ok      ok      403     403
GET  people.new_visitor      sign_in 403     403     403     ok      ok      403     403
GET  photos.photo            sign_in 404     ok      ok      ok      ok      ok      ok
GET  files.open_file         sign_in 404     404     404     ok      404     404     404
GET  photos.thumb            sign_in 404     ok      ok      ok      ok      ok      ok
GET  checks.plans            sign_in 403     403     403     ok      ok      ok      ok
GET  checks.plan             sign_in 403     403     403     ok      ok      403     403
GET  coverage.index          sign_in 403     403     403     ok      ok      ok      ok
GET  appraisal.index         sign_in ok      ok      ok      ok      ok      ok      ok
GET  appraisal.month         sign_in 403     403     ok      ok      ok      ok      ok
GET  appraisal.month_xlsx    sign_in 403     403     ok      ok      ok      ok      ok
GET  appraisal.month_pdf     sign_in 403     403     ok      ok      ok      ok      ok
GET  stats.index             sign_in 403     403     ok      ok      ok      ok      ok
GET  stats.index_xlsx        sign_in 403     403     ok      ok      ok      ok      ok
GET  stats.index_pdf         sign_in 403     403     ok      ok      ok      ok      ok
GET  year_plan.index         sign_in ok      ok      ok      ok      ok      ok      ok
GET  year_plan.year          sign_in ok      ok      ok      ok      ok      ok      ok
GET  year_plan.year_pdf      sign_in ok      ok      ok      ok      ok      ok      ok
GET  year_plan.year_xlsx     sign_in ok      ok      ok      ok      ok      ok      ok
GET  year_plan.entry         sign_in ok      ok      ok      ok      ok      ok      ok
GET  assessments.index       sign_in ok      ok      ok      ok      ok      ok      ok
GET  assessments.sheet       sign_in 404     ok      ok      ok      ok      ok      ok
GET  assessments.sheet_pdf   sign_in 404     ok      ok      ok      ok      ok      ok
GET  assessments.sheet_docx  sign_in 404     ok      ok      ok      ok      ok      ok
GET  assessments.sheet_xlsx  sign_in 404     ok      ok      ok      ok      ok      ok
GET  assessments.item        sign_in 404     ok      ok      ok      ok      ok      ok
GET  assessments.step        sign_in 404     ok      ok      ok      ok      ok      ok
GET  assessments.metric_records sign_in 404  ok      ok      ok      ok      ok      ok
GET  assessments.standard    sign_in 403     403     403     ok      ok      ok      ok
GET  assessments.draft       sign_in 403     403     403     ok      ok      ok      403
GET  letters.index           sign_in 403     403     403     ok      ok      ok      ok
GET  letters.index_xlsx      sign_in 403     403     403     ok      ok      ok      ok
GET  letters.letters_pdf     sign_in 403     403     403     ok      ok      ok      ok
GET  letters.letter          sign_in 404     ok      404     ok      ok      ok      ok
GET  letters.letter_pdf      sign_in 404     ok      404     ok      ok      ok      ok
GET  plates.index            sign_in 403     403     403     ok      ok      403     403
GET  plates.plates_pdf       sign_in 403     403     403     ok      ok      403     403
GET  plates.posted           sign_in 403     403     403     ok      ok      403     403
GET  plates.code             sign_in ok      ok      ok      ok      ok      ok      ok
GET  roster.index            sign_in ok      ok      ok      ok      ok      ok      ok
GET  roster.month            sign_in ok      ok      ok      ok      ok      ok      ok
GET  roster.month_xlsx       sign_in ok      ok      ok      ok      ok      ok      ok
GET  roster.month_pdf        sign_in ok      ok      ok      ok      ok      ok      ok
GET  roster.fill             sign_in 403     403     403     ok      ok      403     403
GET  roster.turn             sign_in 403     403     403     ok      ok      403     403
GET  roster.ask              sign_in 404     ok      404     404     404     404     404
GET  roster.shifts           sign_in 403     403     403     ok      ok      ok      ok
GET  roster.new_shift        sign_in 403     403     403     ok      ok      403     403
GET  roster.shift            sign_in 403     403     403     ok      ok      403     403
GET  roster.swaps            sign_in ok      ok      ok      ok      ok      ok      ok
GET  roster.my_calendar      sign_in ok      ok      ok      ok      ok      ok      ok
GET  roster.calendar_feed    ok      ok      ok      ok      ok      ok      ok      ok
GET  plates.plate            ok      ok      ok      ok      ok      ok      ok      ok
GET  school.settings         sign_in 403     403     403     ok      ok      403     403
GET  setup.index             sign_in sign_in sign_in sign_in sign_in sign_in sign_in sign_in
GET  plates.space            sign_in ok      ok      ok      ok      ok      ok      ok
GET  places.edit_space       sign_in 403     403     403     ok      ok      403     403
GET  visits.index            sign_in 403     403     403     ok      ok      ok      ok
GET  visits.index_file       sign_in 403     403     403     ok      ok      ok      ok
GET  visits.new              sign_in 403     403     403     ok      ok      403     403
GET  visits.edit             sign_in 403     403     403     ok      ok      403     403
GET  visits.detail           sign_in 403     403     403     ok      ok      ok      ok
GET  visits.reply_pdf        sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.index   sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.index_file sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.new     sign_in 403     403     403     ok      ok      403     403
GET  maintenance.edit    sign_in 403     403     403     ok      ok      403     403
GET  maintenance.detail  sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.new_contract sign_in 403     403     403     ok      ok      403     403
GET  maintenance.contract sign_in 403     403     403     ok      ok      403     403
GET  maintenance.latest_readings sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.readings sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.targets sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.targets_pdf sign_in 403     403     403     ok      ok      ok      ok
GET  maintenance.targets_xlsx sign_in 403     403     403     ok      ok      ok      ok
GET  documents.index         sign_in ok      ok      ok      ok      ok      ok      ok
GET  documents.index_file    sign_in ok      ok      ok      ok      ok      ok      ok
GET  documents.detail        sign_in ok      ok      ok      ok      ok      ok      ok
GET  documents.new           sign_in 403     403     403     ok      ok      403     403
GET  documents.edit          sign_in 403     403     403     ok      ok      403     403
GET  documents.plan          sign_in 403     403     403     ok      ok      403     403
GET  documents.readers_xlsx  sign_in 403     403     403     ok      ok      ok      ok
GET  documents.archive       sign_in 403     403     403     ok      ok      ok      ok
GET  documents.archive_pdf   sign_in 403     403     403     ok      ok      ok      ok
GET  evacuation.index        sign_in ok      ok      ok      ok      ok      ok      ok
GET  evacuation.floor        sign_in ok      ok      ok      ok      ok      ok      ok
GET  evacuation.building_pdf sign_in 403     403     403     ok      ok      ok      ok
GET  micro_station.index     sign_in ok      ok      ok      ok      ok      ok      ok
GET  micro_station.new_item  sign_in 403     403     403     ok      ok      403     403
GET  micro_station.kit_item  sign_in 403     403     403     ok      ok      403     403
GET  micro_station.count     sign_in 403     403     403     ok      ok      403     403
GET  micro_station.station_pdf sign_in ok      ok      ok      ok      ok      ok      ok
GET  micro_station.kit_xlsx  sign_in ok      ok      ok      ok      ok      ok      ok
GET  hot_work.index          sign_in ok      ok      ok      ok      ok      ok      ok
GET  hot_work.index_file     sign_in ok      ok      ok      ok      ok      ok      ok
GET  hot_work.new            sign_in 403     ok      ok      ok      ok      ok      403
GET  hot_work.detail         sign_in 404     ok      404     ok      ok      ok      ok
GET  hot_work.permit_pdf     sign_in 404     ok      404     ok      ok      ok      ok
GET  equipment.index         sign_in ok      ok      ok      ok      ok      ok      ok
GET  equipment.detail        sign_in 404     ok      ok      ok      ok      ok      ok
GET  equipment.new           sign_in 403     403     403     ok      ok      403     403
GET  equipment.edit          sign_in 403     403     403     ok      ok      403     403
GET  equipment.index_xlsx    sign_in ok      ok      ok      ok      ok      ok      ok
GET  equipment.index_pdf     sign_in ok      ok      ok      ok      ok      ok      ok
GET  equipment.labels_pdf    sign_in 403     403     403     ok      ok      403     403
GET  equipment.inspect       sign_in 404     ok      ok      ok      ok      403     403
GET  equipment.to_inspect    sign_in ok      ok      ok      ok      ok      ok      ok
GET  equipment.intervals     sign_in 403     403     403     ok      ok      403     403
GET  activities.index        sign_in ok      ok      ok      ok      ok      ok      ok
GET  activities.index_file   sign_in ok      ok      ok      ok      ok      ok      ok
GET  activities.new          sign_in 403     403     403     ok      ok      ok      403
GET  activities.detail       sign_in 404     ok      ok      ok      ok      ok      ok
GET  activities.edit         sign_in 404     403     403     ok      ok      ok      403
GET  activities.activity_pdf sign_in 404     ok      ok      ok      ok      ok      ok
GET  activities.notice_pdf   sign_in 404     ok      ok      ok      ok      ok      ok
GET  activities.run          sign_in 404     ok      ok      ok      ok      ok      ok
GET  activities.required     sign_in 403     403     403     ok      ok      ok      ok
GET  activities.missing      sign_in 403     403     403     ok      ok      ok      ok
GET  activities.missing_file sign_in 403     403     403     ok      ok      ok      ok
GET  activities.certificate_index sign_in 403 403    403     ok      ok      ok      ok
GET  activities.certificate_file sign_in 403 403     403     ok      ok      ok      ok
GET  activities.new_certificate sign_in 403  403     403     ok      ok      ok      403
GET  activities.sign         sign_in 404     404     404     404     404     404     404
GET  activities.qr           sign_in 404     403     404     ok      ok      ok      403
GET  activities.invited      sign_in 404     403     404     ok      ok      ok      403
GET  activities.roll         sign_in 404     403     404     ok      ok      ok      403
GET  activities.sheet_pdf    sign_in 404     ok      404     ok      ok      ok      ok
GET  activities.invitation_pdf sign_in 404   403     404     ok      ok      ok      403
GET  classes.index           sign_in ok      ok      ok      ok      ok      ok      ok
GET  classes.index_file      sign_in ok      ok      ok      ok      ok      ok      ok
GET  classes.new             sign_in 403     403     403     ok      ok      403     403
GET  classes.edit            sign_in 403     403     403     ok      ok      403     403
GET  tips.new                ok      ok      ok      ok      ok      ok      ok      ok
GET  tips.progress           ok      ok      ok      ok      ok      ok      ok      ok
GET  tips.index              sign_in 403     403     403     ok      ok      ok      ok
GET  tips.index_file         sign_in 403     403     403     ok      ok      ok      ok
GET  tips.poster_pdf         sign_in 403     403     403     ok      ok      ok      ok
GET  tips.detail             sign_in 403     403     403     ok      ok      ok      ok
GET  tips.register           sign_in 403     403     403     ok      ok      ok      403
GET  tips.make_hazard        sign_in 403     403     403     ok      ok      ok      403
GET  imports.index           sign_in 403     403     403     ok      ok      403     403
GET  imports.upload          sign_in 403     403     403     ok      ok      403     403
GET  imports.template        sign_in 403     403     403     ok      ok      403     403
GET  imports.columns         sign_in 403     403     403     ok      404     403     403
GET  imports.preview         sign_in 403     403     403     ok      404     403     403
GET  imports.run             sign_in 403     403     403     ok      ok      403     403
GET  backups.index           sign_in 403     403     403     ok      ok      403     403
GET  backups.download        sign_in 403     403     403     ok      ok      403     403
GET  reminders.index         sign_in 403     403     403     ok      ok      403     403
GET  status.index            sign_in 403     403     403     ok      ok      403     403
GET  reminders.new_channel   sign_in 403     403     403     ok      ok      403     403
GET  reminders.mine          sign_in ok      ok      ok      ok      ok      ok      ok
GET  reminders.own_channel   sign_in ok      ok      ok      ok      ok      ok      ok
POST places.edit_building    sign_in 403     403     403     422     422     403     403
POST places.retire_building  sign_in 403     403     403     ok      ok      403     403
POST places.add_space        sign_in 403     403     403     422     422     403     403
POST places.new_building     sign_in 403     403     403     422     422     403     403
POST school.term             sign_in 403     403     403     422     422     403     403
POST roster.turn             sign_in 403     403     403     ok      ok      403     403
POST school.day              sign_in 403     403     403     ok      ok      403     403
POST school.add_term         sign_in 403     403     403     422     422     403     403
POST checks.answers          sign_in 409     ok      ok      409     409     409     409
POST checks.correct          sign_in 404     422     422     422     422     422     422
POST checks.countersign      sign_in 404     409     409     409     409     409     409
POST checks.explain          sign_in 404     422     422     422     422     422     422
POST checks.register         sign_in 404     422     422     409     409     409     409
POST checks.photo            sign_in 404     422     422     422     422     422     422
POST checks.skip             sign_in 404     422     422     422     422     422     422
POST checks.submit           sign_in 404     422     422     409     409     409     409
POST checks.undo             sign_in 409     ok      ok      409     409     409     409
POST coverage.place          sign_in 403     403     403     422     422     403     403
POST coverage.place_by_floor sign_in 403     403     403     409     409     403     403
POST grids.assign            sign_in 403     403     403     422     422     403     403
POST grids.end               sign_in 403     403     403     422     422     403     403
POST grids.cancel            sign_in 403     403     403     409     409     403     403
POST grids.hand_over         sign_in 403     403     403     422     422     403     403
POST grids.merge             sign_in 403     403     403     422     422     403     403
POST grids.move              sign_in 403     403     403     422     422     403     403
POST grids.retire            sign_in 403     403     403     409     409     403     403
POST grids.shift             sign_in 403     403     403     422     422     403     403
POST grids.split             sign_in 403     403     403     422     422     403     403
POST grids.rename            sign_in 403     403     403     422     422     403     403
POST grids.spaces            sign_in 403     403     403     409     409     403     403
POST grids.new               sign_in 403     403     403     422     422     403     403
POST maps.new                sign_in 403     403     403     422     422     403     403
POST maps.change             sign_in 403     403     403     ok      ok      403     403
POST maps.retire             sign_in 403     403     403     ok      ok      403     403
POST maps.draw               sign_in 403     403     403     422     422     403     403
POST maps.erase              sign_in 403     403     403     ok      ok      403     403
POST hazards.dispatch_many   sign_in 403     403     422     422     422     422     403
POST hazards.save_view       sign_in 403     422     422     422     422     422     403
POST hazards.drop_view       sign_in 403     404     404     ok      404     404     403
POST hazards.close           sign_in 404     403     409     403     409     409     403
POST hazards.dispatch        sign_in 404     403     422     422     422     422     403
POST hazards.recheck         sign_in 404     403     409     409     409     409     403
POST hazards.reject          sign_in 404     403     422     422     422     422     403
POST hazards.report_done     sign_in 404     422     403     403     403     403     403
POST hazards.send_back       sign_in 404     403     409     409     409     409     403
POST hazards.confirm_major   sign_in 404     403     403     403     409     409     403
POST hazards.downgrade       sign_in 404     403     403     403     409     409     403
POST hazards.escalate        sign_in 404     403     403     422     422     422     403
POST hazards.escalation_reply sign_in 404     403     403     409     409     409     403
POST hazards.fix_on_spot     sign_in 404     403     422     422     403     403     403
POST hazards.grant_extension sign_in 404     403     403     409     409     409     403
POST hazards.lift_card       sign_in 404     403     403     403     409     409     403
POST hazards.progress        sign_in 404     409     403     403     403     403     403
POST hazards.rate            sign_in 404     409     409     409     409     409     409
POST hazards.refuse_extension sign_in 404     403     403     409     409     409     403
POST hazards.request_extension sign_in 404     422     403     403     403     403     403
POST hazards.resume_use      sign_in 404     403     403     403     409     409     403
POST hazards.stop_use        sign_in 404     403     422     422     422     422     403
POST hazards.supervise       sign_in 404     403     403     403     403     422     403
POST hazards.transfer        sign_in 404     403     422     422     422     422     403
POST hazards.transfer_reply  sign_in 404     403     409     409     409     409     403
POST hazards.new             sign_in 403     422     422     422     422     422     403
POST people.login            422     422     422     422     422     422     422     422
POST people.logout           sign_in sign_in sign_in sign_in sign_in sign_in sign_in sign_in
POST people.display          sign_in ok      ok      ok      ok      ok      ok      ok
POST people.password         sign_in 422     422     422     422     422     422     422
POST people.absence          sign_in 403     403     403     422     422     403     403
POST people.edit             sign_in 403     403     403     ok      ok      403     403
POST people.leave            sign_in 403     403     403     ok      ok      403     403
POST people.give_password    sign_in 403     403     403     ok      ok      403     403
POST people.new              sign_in 403     403     403     422     422     403     403
POST people.login_link       422     422     422     422     422     422     422     422
POST people.open_accounts    sign_in 403     403     403     422     422     403     403
POST people.slips            sign_in 403     403     403     422     422     403     403
POST people.make_link        sign_in 403     403     403     ok      ok      403     403
POST people.new_visitor      sign_in 403     403     403     422     422     403     403
POST people.visit            sign_in 403     403     403     422     422     403     403
POST people.sign_out_everywhere sign_in 403     403     403     ok      ok      403     403
POST people.sign_out         sign_in 404     ok      404     404     404     404     404
POST people.sign_out_others  sign_in ok      ok      ok      ok      ok      ok      ok
POST photos.upload           sign_in 403     422     422     422     422     422     403
POST assessments.edit_draft  sign_in 403     403     403     422     422     403     403
POST assessments.publish_standard sign_in 403 403     403     422     422     422     403
POST appraisal.note          sign_in 403     403     403     422     422     422     403
POST year_plan.add           sign_in 403     403     403     422     422     403     403
POST year_plan.mark          sign_in 403     403     403     422     422     403     403
POST year_plan.paper         sign_in 403     403     403     422     422     403     403
POST year_plan.sign          sign_in 403     403     403     403     403     422     403
POST assessments.open_quarter sign_in 403    403     403     422     422     403     403
POST assessments.score       sign_in 404     409     409     409     403     403     403
POST assessments.mark_veto   sign_in 404     422     422     422     422     422     422
POST assessments.team        sign_in 403     403     403     422     422     403     403
POST assessments.make_hazards sign_in 404    ok      ok      ok      ok      403     403
POST assessments.take        sign_in 404     422     422     422     422     422     422
POST letters.sign            sign_in 404     422     404     409     409     409     409
POST letters.paper           sign_in 403     403     403     422     422     403     403
POST plates.posted           sign_in 403     403     403     422     422     403     403
POST checks.plan             sign_in 403     403     403     422     422     403     403
POST roster.fill             sign_in 403     403     403     422     422     403     403
POST roster.ask              sign_in 404     422     404     404     404     404     404
POST roster.default_shifts   sign_in 403     403     403     ok      ok      403     403
POST roster.new_shift        sign_in 403     403     403     422     422     403     403
POST roster.shift            sign_in 403     403     403     422     422     403     403
POST roster.agree            sign_in 404     ok      404     404     404     404     404
POST roster.decline          sign_in 404     409     404     404     404     404     404
POST roster.withdraw         sign_in 404     409     404     404     404     404     404
POST roster.renew_calendar   sign_in ok      ok      ok      ok      ok      ok      ok
POST school.settings         sign_in 403     403     403     422     422     403     403
POST setup.index             409     409     409     409     409     409     409     409
POST places.edit_space       sign_in 403     403     403     422     422     403     403
POST places.retire_space     sign_in 403     403     403     ok      ok      403     403
POST documents.new           sign_in 403     403     403     422     422     403     403
POST documents.edit          sign_in 403     403     403     422     422     403     403
POST documents.plan          sign_in 403     403     403     ok      ok      403     403
POST documents.add_version   sign_in 403     403     403     422     422     403     403
POST documents.review        sign_in 403     403     403     422     422     403     403
POST documents.set_state     sign_in 403     403     403     422     422     403     403
POST documents.mark_read     sign_in 409     409     409     409     409     409     409
POST visits.new              sign_in 403     403     403     422     422     403     403
POST visits.edit             sign_in 403     403     403     422     422     403     403
POST visits.add_finding      sign_in 403     403     403     422     422     403     403
POST visits.reply            sign_in 403     403     403     422     422     403     403
POST maintenance.new     sign_in 403     403     403     422     422     403     403
POST maintenance.edit    sign_in 403     403     403     422     422     403     403
POST maintenance.add_finding sign_in 403     403     403     422     422     403     403
POST maintenance.add_reading sign_in 403     403     403     422     422     403     403
POST maintenance.sign    sign_in 403     403     403     ok      ok      403     403
POST maintenance.new_contract sign_in 403     403     403     422     422     403     403
POST maintenance.contract sign_in 403     403     403     422     422     403     403
POST maintenance.read    sign_in 403     403     403     422     422     403     403
POST activities.new          sign_in 403     403     403     422     422     422     403
POST activities.edit         sign_in 404     403     403     422     422     422     403
POST activities.step         sign_in 404     403     403     422     422     422     403
POST activities.hold         sign_in 404     403     403     422     422     422     403
POST activities.count        sign_in 404     404     404     404     404     404     404
POST activities.evaluate     sign_in 404     403     403     422     422     422     403
POST activities.add_issue    sign_in 404     403     403     422     422     422     403
POST activities.attach       sign_in 404     403     403     422     422     422     403
POST activities.sign         sign_in 404     404     404     404     404     404     404
POST activities.invited      sign_in 404     403     404     ok      ok      ok      403
POST activities.roll         sign_in 404     403     404     422     422     422     403
POST activities.letters      sign_in 404     404     404     ok      ok      ok      403
POST activities.decide       sign_in 404     403     404     422     422     422     403
POST activities.finish       sign_in 404     422     404     422     422     422     422
POST activities.draw         sign_in 404     403     404     422     422     422     403
POST activities.answer       sign_in 404     403     404     409     409     409     403
POST activities.new_certificate sign_in 403  403     403     422     422     422     403
POST activities.end_certificate sign_in 403  403     403     ok      ok      ok      403
POST classes.new             sign_in 403     403     403     422     422     403     403
POST classes.edit            sign_in 403     403     403     422     422     403     403
POST classes.retire          sign_in 403     403     403     ok      ok      403     403
POST evacuation.add_point    sign_in 403     403     403     422     422     403     403
POST evacuation.add_pupil    sign_in 403     403     403     422     422     403     403
POST evacuation.add_volunteer sign_in 403     403     403     422     422     403     403
POST evacuation.end          sign_in 403     403     403     ok      ok      403     403
POST evacuation.save_route   sign_in 403     403     403     422     422     403     403
POST evacuation.add_guide    sign_in 403     403     403     422     422     403     403
POST evacuation.check_maps   sign_in 403     403     403     422     422     403     403
POST micro_station.set_up    sign_in 403     403     403     422     422     403     403
POST micro_station.add_member sign_in 403     403     403     422     422     403     403
POST micro_station.end_member sign_in 403     403     403     ok      ok      403     403
POST micro_station.default_kit sign_in 403     403     403     ok      ok      403     403
POST micro_station.new_item  sign_in 403     403     403     422     422     403     403
POST micro_station.kit_item  sign_in 403     403     403     422     422     403     403
POST micro_station.count     sign_in 403     403     403     422     422     403     403
POST micro_station.add_muster sign_in 403     403     403     422     422     403     403
POST hot_work.new            sign_in 403     422     422     422     422     422     403
POST hot_work.decide         sign_in 403     403     403     403     422     422     403
POST hot_work.cancel         sign_in 404     422     404     403     403     403     403
POST hot_work.start          sign_in 404     403     404     409     403     403     403
POST hot_work.finish         sign_in 404     403     404     409     403     403     403
POST hot_work.after_check    sign_in 404     403     404     409     409     409     403
POST maintenance.set_targets sign_in 403     403     403     404     404     403     403
POST equipment.new           sign_in 403     403     403     422     422     403     403
POST equipment.edit          sign_in 403     403     403     422     422     403     403
POST equipment.change_state  sign_in 403     403     403     422     422     403     403
POST equipment.inspect       sign_in 404     422     422     422     422     403     403
POST equipment.intervals     sign_in 403     403     403     404     404     403     403
POST tips.new                422     422     422     422     422     422     422     422
POST tips.rate               422     422     422     422     422     422     422     422
POST tips.register           sign_in 403     403     403     422     422     422     403
POST tips.accept             sign_in 403     403     403     ok      ok      ok      403
POST tips.answer             sign_in 403     403     403     422     422     422     403
POST tips.note               sign_in 403     403     403     422     422     422     403
POST tips.reward             sign_in 403     403     403     422     422     422     403
POST tips.make_hazard        sign_in 403     403     403     422     422     422     403
POST imports.upload          sign_in 403     403     403     422     422     403     403
POST imports.columns         sign_in 403     403     403     ok      404     403     403
POST imports.preview         sign_in 403     403     403     409     404     403     403
POST imports.discard         sign_in 403     403     403     ok      404     403     403
POST imports.undo            sign_in 403     403     403     ok      ok      403     403
POST backups.make            sign_in 403     403     403     ok      ok      403     403
POST backups.prove           sign_in 403     403     403     ok      ok      403     403
POST status.verify           sign_in 403     403     403     ok      ok      403     403
POST reminders.hours         sign_in 403     403     403     422     422     403     403
POST reminders.new_channel   sign_in 403     403     403     422     422     403     403
POST reminders.test          sign_in 403     403     403     ok      ok      403     403
POST reminders.switch        sign_in 403     403     403     ok      ok      403     403
POST reminders.remove        sign_in 403     403     403     ok      ok      403     403
POST reminders.mine          sign_in ok      ok      ok      ok      ok      ok      ok
POST reminders.own_channel   sign_in 422     422     422     422     422     422     422
POST reminders.test_own      sign_in 409     ok      409     409     409     409     409
POST reminders.remove_own    sign_in ok      ok      ok      ok      ok      ok      ok
"""
"""Method and endpoint, then the outcome for WHO in that order, of the grid 一层 where the teacher is
the member and the leader leads. A write is sent with an empty form: ok, 422 (the form again) and 409
(a rule of the school) mean that the form was reached."""
SPARE = frozenset(
    {
        "people.leave",
        "places.retire_building",
        "places.retire_space",
        "maps.retire",
        "imports.discard",
        "reminders.remove",
    }
)
LOG_ONLY = frozenset({"audit_entry", "once_key"})


def outcomes():
    """(method, endpoint) → the expected outcome for each of WHO."""
    lines = [line.split() for line in TABLE.strip().splitlines()]
    return {(line[0], line[1]): dict(zip(WHO, line[2:], strict=True)) for line in lines}


def outcome(answer):
    """ok, sign_in, or the status of a refusal."""
    if answer.status == 303:
        return "sign_in" if answer.location.startswith("/login") else "ok"
    return "ok" if answer.status == 200 else str(answer.status)


def path_of(app, campus, endpoint):
    spare = endpoint in SPARE
    return address(app, endpoint, {**campus.keys, **(campus.spare if spare else {})})


def test_the_table_holds_every_address_and_no_other(one_app):
    assert set(outcomes()) == {(method, rule.endpoint) for method, rule in routes(one_app)}


@pytest.mark.parametrize("who", WHO)
def test_everyone_reaches_what_the_table_says_and_nothing_else(app, make, browser, campus, who):
    person = None if who == "out" else make.someone(who)
    client, wrong = browser(person), []
    for (method, endpoint), expected in outcomes().items():
        path = path_of(app, campus, endpoint)
        if method == "GET":
            answer = client.get(path)
        else:
            answer = client.post(path, signed_out=person is None)
        if outcome(answer) != expected[who]:
            wrong.append(f"{method} {path}: {outcome(answer)} instead of {expected[who]}")
        if method == "POST" and (person is None or answer.status == 303):
            client = browser(person)  # the form may have signed this one in or out
    assert not wrong, "\n".join(wrong)


def test_a_swap_of_somebody_signed_out_leads_to_the_sign_in(app, browser, campus):
    client, wrong = browser(None), []
    client.get("/login")
    for (method, endpoint), expected in outcomes().items():
        if expected["out"] == "sign_in" and endpoint not in ("setup.index", "people.logout"):
            answer = client.hx(method, path_of(app, campus, endpoint))
            if answer.status != 401 or not answer.location.startswith("/login"):
                wrong.append(f"{method} {endpoint}: {answer.status} {answer.location}")
    assert not wrong, "\n".join(wrong)


def test_a_refusal_says_whom_to_ask(browser, make):
    answer = browser(make.someone("teacher")).get("/people")
    assert answer.status == 403
    assert "学校安全员" in answer.page.text("content")


GRID_READS = (
    "checks.detail",
    "checks.check_pdf",
    "hazards.detail",
    "hazards.hazard_pdf",
    "hazards.notice_pdf",
)
PHOTO_READS = ("photos.photo", "photos.thumb")


@pytest.mark.parametrize("endpoint", GRID_READS + PHOTO_READS)
@pytest.mark.parametrize("who", ["teacher", "leader", "nobody"])
def test_nobody_sees_the_things_of_a_grid_that_is_not_theirs(
    app, make, browser, campus, endpoint, who
):
    path = address(app, endpoint, campus.foreign)
    assert browser(make.someone(who)).get(path).status == 404
    assert browser(campus.more["other"]).get(path).status == 200


@pytest.mark.parametrize("endpoint", GRID_READS + PHOTO_READS)
def test_the_member_and_the_leader_of_a_grid_see_its_things(app, make, browser, campus, endpoint):
    path = address(app, endpoint, campus.keys)
    for who in ("teacher", "leader", "officer", "manager", "principal", "inspector"):
        assert browser(make.someone(who)).get(path).status == 200, who


@pytest.mark.parametrize("endpoint", ["letters.letter", "letters.letter_pdf"])
def test_a_letter_is_for_its_person_and_those_who_see_the_school(
    app, make, browser, campus, endpoint
):
    path = address(app, endpoint, campus.foreign)
    assert browser(campus.more["other"]).get(path).status == 200
    for who in ("nobody", "teacher", "leader"):
        assert browser(make.someone(who)).get(path).status == 404, who


def test_a_teacher_does_not_see_another_teachers_page(app, make, browser, campus):
    client = browser(make.someone("teacher"))
    assert client.get(address(app, "people.detail", campus.foreign)).status == 403
    assert campus.more["other"].name not in client.get("/me").page.text()


def test_the_ledgers_of_a_teacher_hold_only_their_own_grid(make, browser, campus):
    client = browser(make.someone("teacher"))
    checks = client.get("/checks").page.links()
    hazards = client.get("/hazards").page.links()
    assert f"/checks/{campus.keys['check_id']}" in checks
    assert f"/checks/{campus.foreign['check_id']}" not in checks
    assert f"/checks/{campus.more['patrol']}" not in checks
    assert f"/hazards/{campus.keys['number']}" in hazards
    assert f"/hazards/{campus.foreign['number']}" not in hazards


def test_todays_page_of_a_teacher_holds_nothing_of_others(make, browser, campus):
    links = browser(make.someone("teacher")).get("/").page.links()
    assert f"/checks/{campus.keys['check_id']}" in links
    for foreign in (campus.foreign["check_id"], campus.more["patrol"]):
        assert f"/checks/{foreign}" not in links
    assert f"/hazards/{campus.foreign['number']}" not in links


FOREIGN_WRITES = (
    "checks.answers",
    "checks.undo",
    "checks.photo",
    "checks.register",
    "checks.submit",
    "checks.skip",
    "hazards.dispatch",
    "hazards.reject",
    "hazards.report_done",
    "hazards.request_extension",
    "hazards.fix_on_spot",
    "hazards.transfer",
    "hazards.rate",
)


@pytest.mark.parametrize("endpoint", FOREIGN_WRITES)
def test_a_teacher_changes_nothing_in_a_grid_that_is_not_theirs(
    app, make, browser, campus, forms, session, endpoint
):
    write = forms[endpoint]
    data = write.filled(browser(make.someone(write.role)))
    before = contents(session)
    path = address(app, endpoint, {**campus.foreign})
    answer = browser(make.someone("teacher")).post(path, data)
    assert answer.status in (403, 404, 409)
    assert changed(before, contents(session)) == {}


def test_a_photo_of_somebody_else_cannot_be_shown_as_ones_own(make, browser, campus, session):
    path = f"/hazards/{campus.keys['number']}/report_done"
    data = {"measure": "已清走", "photo": campus.foreign["photo_id"]}
    before = contents(session)
    answer = browser(make.someone("teacher")).post(path, data)
    assert answer.status in (409, 422)
    assert changed(before, contents(session)) == {}


def test_every_form_is_among_the_tried_ones(one_app, forms):
    posts = {rule.endpoint for method, rule in routes(one_app) if method == "POST"}
    assert set(forms) == posts - {"people.login", "people.logout", "setup.index"}


WRITES = sorted(
    endpoint
    for method, endpoint in outcomes()
    if method == "POST" and endpoint not in ("people.login", "people.logout", "setup.index")
)


@pytest.mark.parametrize("endpoint", WRITES)
def test_a_form_works_for_whom_it_is_and_for_nobody_without_the_right(
    make, browser, forms, session, endpoint
):
    write = forms[endpoint]
    before, rows = contents(session), contents(session, without=LOG_ONLY)
    for who in ("inspector", "nobody"):
        if endpoint in OWN:
            continue
        data = write.filled(browser(make.someone(write.role)))
        answer = browser(make.someone(who)).post(write.path, data)
        assert changed(rows, contents(session, without=LOG_ONLY)) == {}, f"{who} changed it"
        assert answer.status in (403, 404, 409, 422)
    client = browser(make.someone(write.role))
    answer = client.post(write.path, write.filled(client))
    assert answer.status in (200, 303)
    assert changed(before, contents(session)) != {}
