/* SPDX-License-Identifier: Apache-2.0
 * The endpoints, a file each, named by method and what they are about. Their messages are in epurse/message.h,
 * docs/openapi.yaml tells of them one by one; routes.c says who may call them. */
#ifndef EPURSE_SERVER_ENDPOINTS_H
#define EPURSE_SERVER_ENDPOINTS_H

struct reply;
struct request;
struct service;

/* Answers one request. Of a signed route: the message is authenticated and permitted; the handler sets reply->status
 * and reply->body. Of another: the handler makes the outgoing half itself. */
typedef void route_handler(struct service *service, const struct request *request, struct reply *reply);

route_handler post_purchase;
route_handler post_refund;
route_handler post_owed_refund;
route_handler post_payout;
route_handler post_hand_out; /* post_payout.c */
route_handler post_load_inquiry;
route_handler post_load;
route_handler post_load_reversal;
route_handler post_transaction_inquiry;
route_handler post_confirmation;
route_handler post_pin_failure;
route_handler post_pin_change;
route_handler post_card_contact;
route_handler post_card_reservation;
route_handler post_card_certification;
route_handler post_offline_payment;
route_handler post_deny_list;
route_handler post_card_activation;
route_handler post_card_void;
route_handler post_card_query;
route_handler post_card_block;
route_handler post_card_list;
route_handler post_card_replacement;
route_handler post_card_renewal;
route_handler post_pending_list;
route_handler post_deposit_list;
route_handler post_incident_list;
route_handler post_approval;
route_handler post_approval_list; /* post_approval.c */
route_handler post_approval_rule; /* post_approval.c */
route_handler post_settlement;
route_handler post_settlement_resumption;
route_handler post_settlement_list;  /* post_settlement.c */
route_handler post_settlement_lines; /* post_settlement_page.c */
route_handler post_chip_addition;
route_handler post_settlement_captures;  /* post_settlement_page.c */
route_handler post_settlement_transfers; /* post_settlement_page.c */
route_handler post_merchant;
route_handler post_merchant_change; /* post_merchant.c */
route_handler post_limit;
route_handler post_reference_query;
route_handler post_card_suspension;
route_handler post_card_resumption; /* post_card_suspension.c */
route_handler post_terminal;
route_handler post_terminal_renewal; /* post_terminal.c */
route_handler post_renewal_request;
route_handler post_renewal_list;   /* post_renewal_request.c */
route_handler post_renewal_answer; /* post_renewal_request.c */
route_handler post_terminal_revocation;
route_handler post_terminal_list;
route_handler post_ledger_check;
route_handler post_backup;
route_handler post_backup_query; /* post_backup.c */
route_handler get_healthz;
route_handler get_metrics;

#endif
