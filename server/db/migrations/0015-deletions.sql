-- Who elsewhere had boosted an own post when it was deleted. Their boosts go with it at once, and they are still to be told.
alter table posts add column boosted_by bigint[];
