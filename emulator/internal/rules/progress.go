package rules

import (
	"strconv"
	"strings"
	"time"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Progress keeps how often rules were met as records of a world.
type Progress struct{ World *world.World }

var (
	counts  = world.NewTable[uint64]("scenario.progress", 1)
	buckets = world.NewTable[scenario.Bucket]("scenario.bucket", 1) // by bucketKey
)

// Now returns the world's time.
func (p Progress) Now() time.Time { return p.World.Now() }

// Count returns a counter of a rule.
func (p Progress) Count(key string) uint64 {
	n, _ := counts.Get(p.World, key)
	return n
}

// SetCount sets a counter of a rule; zero forgets it.
func (p Progress) SetCount(key string, n uint64) {
	if n == 0 {
		counts.Delete(p.World, key)
		return
	}
	counts.Put(p.World, key, n)
}

// Dice returns a number from 0 to below 1 for a rule's try.
func (p Progress) Dice(key string, try uint64) float64 { return p.World.Dice(key, try) }

// Bucket returns a window of a rule's rate limit.
func (p Progress) Bucket(rule, key string) scenario.Bucket {
	b, _ := buckets.Get(p.World, bucketKey(rule, key))
	return b
}

// SetBucket stores a window of a rule's rate limit. From time to time, when there are twice
// as many windows as were open the last time, those that are over are dropped: what a call
// costs stays flat, and so does the memory of a world that meets ever new Items.
func (p Progress) SetBucket(rule, key string, b scenario.Bucket) {
	name := bucketKey(rule, key)
	if _, known := buckets.Get(p.World, name); !known && buckets.Len(p.World) >= max(fewBuckets, p.sweepAt()) {
		p.sweep()
	}
	buckets.Put(p.World, name, b)
}

// ForgetBuckets drops all windows of a rule.
func (p Progress) ForgetBuckets(rule string) {
	if buckets.Len(p.World) == 0 {
		return
	}
	for key := range buckets.All(p.World) {
		if strings.HasPrefix(key, bucketKey(rule, "")) {
			buckets.Delete(p.World, key)
		}
	}
}

// bucketKey is the key of a record: no two rules share one, whatever they are called.
func bucketKey(rule, key string) string { return strconv.Quote(rule) + " " + key }

// fewBuckets are kept without looking which of them are over.
const fewBuckets = 1024

// sweepKey is the counter that says at how many windows the next look is due. No rule's
// counter is called so: they have a colon.
const sweepKey = "sweep buckets"

func (p Progress) sweepAt() int { return int(p.Count(sweepKey)) } //nolint:gosec // twice a length

func (p Progress) sweep() {
	for key, b := range buckets.All(p.World) {
		if !p.Now().Before(b.Ends) {
			buckets.Delete(p.World, key)
		}
	}
	p.SetCount(sweepKey, uint64(2*buckets.Len(p.World))) //nolint:gosec // a length
}
