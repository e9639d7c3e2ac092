package sentinel

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Topics of ALE.
const (
	TopicRelationships = "sentinel-ach-relationship-status"
	TopicTransfers     = "sentinel-ach-transfer-status"
	TopicMicroDeposits = "sentinel-ach-micro-deposit-transfer-status"
)

// Topics returns all that a firm follows which certifies for ACH.
func Topics() []string { return []string{TopicRelationships, TopicTransfers, TopicMicroDeposits} }

// Event is one event of a topic. The ids of all topics rise.
type Event struct {
	ID       uint64    `json:"id"`
	DateTime time.Time `json:"dateTime"`
	Payload  string    `json:"payload"` // JSON
}

// Status is what the payload of an event tells. The three topics share most fields; each leaves some out.
type Status struct {
	Timestamp          time.Time  `json:"timestamp"`
	Status             string     `json:"status"`
	Reason             string     `json:"reason"` // the R-code of a return
	CorrespondentCode  string     `json:"correspondentCode"`
	RelationshipID     string     `json:"relationshipId"`
	ApprovalMethod     string     `json:"approvalMethod"`
	TransferID         string     `json:"transferId"`
	ExternalTransferID *uuid.UUID `json:"externalTransferId"` // null for a micro-deposit
	Direction          string     `json:"direction"`
	TransferMechanism  string     `json:"transferMechanism"`
	Account            string     `json:"account"`
	Amount             Dollars    `json:"amount"`
	ACHRelationshipID  string     `json:"achRelationshipId"` // of a micro-deposit
}

// Status decodes the payload.
func (e Event) Status() (s Status, err error) {
	if err = json.Unmarshal([]byte(e.Payload), &s); err != nil {
		return s, fmt.Errorf("event %d: %w: %s", e.ID, err, e.Payload)
	}
	return s, nil
}

// Read returns the events of a topic after the highWaterMark. With patience, in whole seconds, and without such an
// event, it waits for one that long.
func (c *Client) Read(ctx context.Context, topic string, mark uint64, patience time.Duration) ([]Event, error) {
	query := url.Values{"highWaterMark": {strconv.FormatUint(mark, 10)}, "limit": {"1000"}}
	query.Set("streamType", "NONE")
	if patience > 0 {
		query.Set("streamType", "LONG_POLL")
		query.Set("timeoutSeconds", strconv.FormatInt(int64(patience/time.Second), 10))
	}
	var events []Event
	err := c.get(ctx, "/ale/api/v1/read/"+topic+"/"+c.Credentials.Correspondent()+"?"+query.Encode(), &events)
	return events, err
}

// Follow reads a topic by long polls and hands its events on in their order, until hand returns false, or with the
// error of ctx or of a call.
func (c *Client) Follow(ctx context.Context, topic string, patience time.Duration, hand func(Event) bool) error {
	var mark uint64
	for {
		events, err := c.Read(ctx, topic, mark, patience)
		if err != nil {
			return err
		}
		for _, event := range events {
			if mark = event.ID; !hand(event) {
				return nil
			}
		}
	}
}
