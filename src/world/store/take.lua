--[==[
Begins an activation: takes the job out of the unseen set first, then reads what it is about, in one step.

KEYS[1]  prefix of the books
ARGV[1]  the worker's epoch   ARGV[2]  member of the job   ARGV[3]  "noun:id" of its record   ARGV[4]  id of the record
Returns {doc, version, unmet needs}, doc and version false for a record that is absent; or the epoch in force when the worker is not the one of
now: then nothing was taken.
]==]
local p = KEYS[1]
local epoch = tonumber(redis.call('GET', p .. 'epoch') or 0)
if epoch ~= tonumber(ARGV[1]) then return epoch end
redis.call('ZREM', p .. 'unseen', ARGV[2])
local r = redis.call('HMGET', p .. ARGV[3], 'doc', 'v')
return { r[1], r[2], redis.call('SCARD', p .. 'unmet:' .. ARGV[4]) }
