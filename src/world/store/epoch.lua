--[==[
A worker takes over: raises the epoch to the larger of last + 1 and the clock, so that books cut back to an earlier instant never give one out twice.

KEYS[1]  prefix of the books   ARGV[1]  the clock in ms
Returns the epoch in force from now on.
]==]
local key = KEYS[1] .. 'epoch'
local epoch = math.max(tonumber(redis.call('GET', key) or 0) + 1, tonumber(ARGV[1]))
redis.call('SET', key, string.format('%.0f', epoch))
return epoch
