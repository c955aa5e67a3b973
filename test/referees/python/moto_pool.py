"""Gives the fleet on moto a warm pool, which only a replica of the whole group takes along."""

from account import Account

Account().autoscaling.put_warm_pool(AutoScalingGroupName="web", MinSize=1, PoolState="Stopped")
