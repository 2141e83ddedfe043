package probe

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestWheelExpiresEveryTimerOnceAndInTime compares the wheel with a plain list
// over random timers, removals and steps of the clock, short and long.
func TestWheelExpiresEveryTimerOnceAndInTime(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	now := Time(12345678901)
	w := newWheel(now)
	waiting := map[*Job]Time{}
	const tick = Time(1) << tickBits
	for range 20_000 {
		switch rnd.IntN(4) {
		case 0, 1:
			j := &Job{}
			due := now.Add(time.Duration(rnd.Int64N(1 << (10 + rnd.IntN(26)))))
			w.add(j, due)
			waiting[j] = due
		case 2:
			for j := range waiting {
				w.remove(j)
				delete(waiting, j)
				break
			}
		case 3:
			now = now.Add(time.Duration(rnd.Int64N(1 << (10 + rnd.IntN(24)))))
			w.expire(now, func(j *Job) {
				due, ok := waiting[j]
				if !ok || due > now {
					t.Fatalf("timer due %d rang at %d, waiting: %v", due, now, ok)
				}
				delete(waiting, j)
			})
			for j, due := range waiting {
				if due < now-tick {
					t.Fatalf("timer %p due %d did not ring at %d", j, due, now)
				}
			}
		}
		if w.n != len(waiting) {
			t.Fatalf("the wheel counts %d timers, there are %d", w.n, len(waiting))
		}
		if next := w.next(); len(waiting) > 0 {
			first := slices.Min(mapValues(waiting))
			if next > max(first, now)+2*tick {
				t.Fatalf("next is %d, but a timer is due at %d (now %d)", next, first, now)
			}
		} else if next != Never {
			t.Fatalf("next is %d with no timer", next)
		}
	}
}

func mapValues(m map[*Job]Time) []Time {
	var out []Time
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// TestWheelAddDuringExpire: a timer set from within a ring rings later,
// not at once and not never.
func TestWheelAddDuringExpire(t *testing.T) {
	w := newWheel(0)
	w.add(&Job{}, 5)
	rings := 0
	for now := Time(0); now < Time(time.Second); now += Time(2 * time.Millisecond) {
		w.expire(now, func(j *Job) {
			if rings++; rings < 4 {
				w.add(j, now.Add(100*time.Millisecond))
			}
		})
	}
	if rings != 4 || w.n != 0 {
		t.Errorf("rang %d times with %d left, want 4 and 0", rings, w.n)
	}
}
